#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# The playbooks of the collection, started by their names, from the answers to the surveys in examples/awx.
exec ../setup_vcenter/pytest.sh "$@"
