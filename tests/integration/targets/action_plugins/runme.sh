#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# What a person sees while tasks are waited for.
exec ../setup_vcenter/pytest.sh "$@"
