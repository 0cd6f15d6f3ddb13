#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# Playbook runs with the callback plugin against the test vCenters, over both protocols. Arguments are pytest's.
set -eu
# In two processes, which is what the harness starts servers for.
# The collection under test is where ansible looks for collections, and pytest has to find it there too.
export PYTHONPATH=${ANSIBLE_COLLECTIONS_PATH%%:*}:$PWD:$PWD/../modules:${PYTHONPATH:-}
exec python -m pytest -p no:cacheprovider -p conftest -p runs --import-mode=importlib -q --numprocesses=2 --dist=worksteal "$@" .
