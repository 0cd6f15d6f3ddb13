#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# Run the tests below the folder in which this is called, one process for each set of servers that the harness starts.
# Arguments are pytest's.
set -eu
targets=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# The collection under test is where ansible looks for collections, and pytest has to find it there too. Tests also import
# from the folder of their target, and from the tools, which ansible-test does not copy with a target.
tree=${ANSIBLE_COLLECTIONS_PATH%%:*}
folders=$(printf '%s:' "$targets"/* "$tree/ansible_collections/vsphere/tasks/tests/tools")
export PYTHONPATH=$tree:$folders${PYTHONPATH:-}
export ANSIBLE_ACTION_PLUGINS=$targets/setup_vcenter/action_plugins
export ANSIBLE_CALLBACK_PLUGINS=$targets/setup_vcenter/callback_plugins
# Background jobs and modules are put below the home folder otherwise, which is not the tests' own.
export ANSIBLE_ASYNC_DIR=$OUTPUT_DIR/async ANSIBLE_REMOTE_TMP=$OUTPUT_DIR/tmp
# Tests wait for the output of programs, which Python otherwise keeps back if it does not go to a terminal.
export PYTHONUNBUFFERED=1
# ansible-test wants a JUnit report of each playbook. Nobody reads them.
unset ANSIBLE_CALLBACKS_ENABLED
# Hand out one test after another, because some take seconds. -rfEs names what fails, and says why a test is skipped.
# A test that hangs, for example with a playbook, fails and ends its process, for which there is no replacement, because
# it would have no servers.
exec python -m pytest -p no:cacheprovider --import-mode=importlib ${COVERAGE_CONF:+-p measured} -p vcenters -q -rfEs \
    -o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true --max-worker-restart=0 \
    --numprocesses=auto --dist=load --maxschedchunk=1 "$@"
