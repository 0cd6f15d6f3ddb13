#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# The event source, with ansible-rulebook and with a queue alone, against the test vCenters.
exec ../setup_vcenter/pytest.sh "$@"
