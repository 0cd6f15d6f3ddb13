# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The paths of the benchmark, and the environment of its processes."""

import dataclasses
from pathlib import Path
from typing import Any

import vcenter as test_vcenter

VCenter = dict[str, Any]
"""The data that a test vCenter prints about itself."""


@dataclasses.dataclass(frozen=True)
class Setup:
    """The programs: the test vCenter, govc, and ansible-rulebook. And the tree of collections with ours in it."""

    vcenter: str
    govc: str
    rulebook: str
    tree: Path

    def environment(self, vcenter: VCenter) -> dict[str, str]:
        return {
            **test_vcenter.environment(vcenter),
            # Installed collections are found behind it.
            "PYTHONPATH": str(self.tree),
            "ANSIBLE_COLLECTIONS_PATH": str(self.tree),
            "BENCH_CONTROL": vcenter["control"],
            "BENCH_GOVC": self.govc,
        }
