#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# All that the documentation shows, and the plays in the folder examples.
exec ../setup_vcenter/pytest.sh "$@"
