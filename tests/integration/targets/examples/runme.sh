#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# The examples in the modules' documentation, the play in the README and the steps of the guides, as they stand but for names
# and ids; then the plays in examples.
set -eu
export ANSIBLE_ASYNC_DIR=$OUTPUT_DIR/async ANSIBLE_REMOTE_TMP=$OUTPUT_DIR/tmp
root=${ANSIBLE_COLLECTIONS_PATH%%:*}
PYTHONPATH=$root:${PYTHONPATH:-} python plays.py "$root/ansible_collections/vsphere/tasks" "$OUTPUT_DIR"
for play in "$OUTPUT_DIR"/*.play.yml; do
  ansible-playbook "$play" --extra-vars @../../integration_config.yml "$@"
done
PYTHONPATH=$root:$PWD/../modules:${PYTHONPATH:-} python -m pytest -p no:cacheprovider -p conftest --import-mode=importlib -q --numprocesses=2 test_own_task.py

# The plays in the folder of examples, twice, as a second run finds what the first has made.
examples=$root/ansible_collections/vsphere/tasks/examples
. "$OUTPUT_DIR/vcenter.sh"
for play in clones rolling_snapshot maintenance; do
  ansible-playbook "$examples/$play.yml" "$@"
  ansible-playbook "$examples/$play.yml" "$@"
done
ansible-playbook "$examples/clones.yml" "$@" | grep -F '"0 clones in '
# There the host is a minute in entering.
. "$OUTPUT_DIR/slow.sh"
ansible-playbook "$examples/maintenance.yml" --extra-vars limit=1 "$@" | grep -F 'DC0_H0 stays in service: task-'
