#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# Whole modules against the test vCenters, over both protocols.
exec ./pytest.sh "$@"
