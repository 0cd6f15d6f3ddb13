#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# The module vsphere_task_follow against the test vCenters, over both protocols.
exec ../setup_vcenter/pytest.sh "$@"
