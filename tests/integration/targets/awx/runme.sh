#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# What AWX and Automation Controller take from the collection, with AWX's own code where that is published.
exec ../setup_vcenter/pytest.sh "$@"
