#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# What the modules have in common: which tasks are selected, and how they are shown, over both protocols.
exec ../setup_vcenter/pytest.sh "$@"
