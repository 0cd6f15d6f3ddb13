#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# The modules on the oldest Python that they support.
exec ../setup_vcenter/pytest.sh "$@"
