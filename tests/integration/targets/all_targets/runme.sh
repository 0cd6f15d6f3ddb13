#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# The tests of all targets in one run of pytest. Each start of it costs several seconds, and at the end of each run,
# processes idle.
set -eu
cd "${ANSIBLE_COLLECTIONS_PATH%%:*}/ansible_collections/vsphere/tasks/tests/integration/targets"
exec setup_vcenter/pytest.sh "$@"
