#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# No password and no session id in any output, at the highest verbosity, whatever goes wrong.
exec ../setup_vcenter/pytest.sh "$@"
