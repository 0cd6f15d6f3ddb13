# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where things are that the benchmark needs, and what its processes find in their environment."""

import dataclasses
from pathlib import Path
from typing import Any

import vcenter as test_vcenter

VCenter = dict[str, Any]
"""What a test vCenter says of itself."""


@dataclasses.dataclass(frozen=True)
class Setup:
    """The program of the test vCenter, govc's, and the tree of collections with ours in it."""

    vcenter: str
    govc: str
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
