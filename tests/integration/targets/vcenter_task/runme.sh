#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# Playbook runs with the callback plugin against the test vCenters.
exec ../setup_vcenter/pytest.sh "$@"
