# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pytest plugin that measures the coverage of the tests' own processes, in which most modules run.

`ansible-test integration --coverage` only measures ansible-playbook, and the modules that it starts.
"""

import os

import coverage

os.environ["COVERAGE_PROCESS_START"] = os.environ["COVERAGE_CONF"]
coverage.process_startup()
