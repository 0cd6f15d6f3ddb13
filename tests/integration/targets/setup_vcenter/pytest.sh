#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# Run the tests of the target in whose folder this is called, in two processes: the harness starts servers for two.
# Arguments are pytest's.
set -eu
# The collection under test is where ansible looks for collections, and pytest has to find it there too.
export PYTHONPATH=${ANSIBLE_COLLECTIONS_PATH%%:*}:$PWD:$PWD/../setup_vcenter:${PYTHONPATH:-}
# Background jobs and modules are put below the home folder otherwise, which is not the tests' own.
export ANSIBLE_ASYNC_DIR=$OUTPUT_DIR/async ANSIBLE_REMOTE_TMP=$OUTPUT_DIR/tmp
exec python -m pytest -p no:cacheprovider --import-mode=importlib -p vcenters -q --numprocesses=2 --dist=worksteal "$@" .
