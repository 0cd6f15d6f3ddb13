#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# What all modules have in common: how they connect, log in and are answered, over both protocols.
exec ../setup_vcenter/pytest.sh "$@"
