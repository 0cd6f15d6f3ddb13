#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# The role, as a play uses it.
exec ../setup_vcenter/pytest.sh "$@"
