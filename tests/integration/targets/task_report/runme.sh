#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# The role and the filter, as plays use them. tests/browser shows the page in a browser.
exec ../setup_vcenter/pytest.sh "$@"
