#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# Modules through proxies and bad networks, over both protocols.
exec ../setup_vcenter/pytest.sh "$@"
