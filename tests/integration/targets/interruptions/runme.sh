#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# Ansible and its modules are interrupted at each step of their work.
exec ../setup_vcenter/pytest.sh "$@"
