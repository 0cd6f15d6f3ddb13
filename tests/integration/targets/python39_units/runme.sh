#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# The unit tests of module_utils on the oldest Python that the modules support. Nothing of ansible-test's own Python is
# in use, so that they see only what that Python has.
set -eu
unset PYTHONPATH
tree=${ANSIBLE_COLLECTIONS_PATH%%:*}
cd "$tree/ansible_collections/vsphere/tasks"
python3.9 -m venv "$OUTPUT_DIR/venv"
# This urllib3 is the one of systems with this Python. It does not compare the body with Content-Length.
"$OUTPUT_DIR/venv/bin/pip" install --quiet --requirement tests/unit/requirements.txt ansible-core 'urllib3<2'
PYTHONPATH=$tree exec "$OUTPUT_DIR/venv/bin/python" -m pytest -p no:cacheprovider -q tests/unit/plugins/module_utils "$@"
