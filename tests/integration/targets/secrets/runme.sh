#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# No password and no session id in any output, at the highest verbosity, whatever goes wrong.
set -eu
output=$OUTPUT_DIR/secrets.log session=$OUTPUT_DIR/session
# Background jobs and modules are put below the home folder otherwise, which is not the tests' own.
export ANSIBLE_ASYNC_DIR=$OUTPUT_DIR/async ANSIBLE_REMOTE_TMP=$OUTPUT_DIR/tmp
export ANSIBLE_CONNECTION_PLUGINS=$PWD/../progress/connection_plugins
for transport in json soap; do
  for connection in local elsewhere; do  # the latter shows what modules return
    ansible-playbook -vvvv secrets.yml --extra-vars "ansible_connection=$connection transport=$transport session_file=$session" "$@" >"$output" 2>&1 || { cat "$output"; exit 1; }
    python leaks.py "$output" ../../integration_config.yml "$session"
  done
done
