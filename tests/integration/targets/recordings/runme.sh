#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# Every module against re-created exchanges of real servers, over each protocol that they have.
exec ../setup_vcenter/pytest.sh "$@"
