#!/bin/sh
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# Stands in for sudo, whose options end with the command, a shell.
while [ "$1" != /bin/sh ]; do shift; done
exec "$@"
