#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# The examples in the modules' documentation, the play in the README and the steps of the guide to tasks of one's own, as
# they stand but for names and ids; then the play in examples, with each of its ends.
set -eu
export ANSIBLE_ASYNC_DIR=$OUTPUT_DIR/async ANSIBLE_REMOTE_TMP=$OUTPUT_DIR/tmp
root=${ANSIBLE_COLLECTIONS_PATH%%:*}
PYTHONPATH=$root:${PYTHONPATH:-} python plays.py "$root/ansible_collections/vsphere/tasks" ../../integration_config.yml "$OUTPUT_DIR"
for play in "$OUTPUT_DIR"/*.play.yml; do
  ansible-playbook "$play" --extra-vars @../../integration_config.yml "$@"
done
PYTHONPATH=$root:${PYTHONPATH:-} python -m pytest -q -p no:cacheprovider test_own_task.py
