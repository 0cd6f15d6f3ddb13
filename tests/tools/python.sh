# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Prints the newest Python on PATH that the pinned ansible-core supports and that can make a virtual
# environment. It has to be started to know: a version manager's shim may be found and not run. Of the same version, that
# of the system is preferred: distributions optimize it with a profile, so that it runs faster by a quarter to a third.

for name in /usr/bin/python3.13 python3.13 /usr/bin/python3.12 python3.12 /usr/bin/python3.11 python3.11 python3; do
    if "$name" -c 'import ensurepip, ssl, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        command -v "$name"
        exit
    fi
done
echo "No Python from 3.11 to 3.13 with venv found on PATH: install one, or give it as PYTHON=…" >&2
exit 1
