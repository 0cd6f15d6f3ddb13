#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# Hours of waiting, in less time.
exec ../setup_vcenter/pytest.sh "$@"
