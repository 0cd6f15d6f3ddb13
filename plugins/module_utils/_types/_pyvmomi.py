# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one door to pyVmomi: its type registry."""

from __future__ import annotations

import contextlib
import functools
import traceback
import typing as t
from sys import executable, version_info

from .. import _errors, _values

__all__ = [
    "VIM",
    "XSD",
    "VmomiSupport",
    "best_version",
    "registry_name",
    "release_of",
    "require",
    "wire_name",
    "wire_type",
]

# pip installs pyVmomi 9 on Python 3.9, too; to import it raises a bare Exception there.
_LIBRARY = "pyvmomi" if version_info >= (3, 10) else "pyvmomi<9"
_IMPORT_ERROR = _REMEDY = ""
try:
    from pyVmomi import VmomiSupport, version_info_str
except Exception as error:  # noqa: BLE001 (see above)
    _IMPORT_ERROR = traceback.format_exc()
    if not isinstance(error, ImportError):
        _REMEDY = (
            f". The installed version reports: {error}. To replace it, run {executable} -m pip install --upgrade "
            f"'{_LIBRARY}'"
        )

REFERENCES = "ArrayOfManagedObjectReference"
"""The name of each list of references. pyVmomi has another one for each type of objects."""

VIM = "urn:vim25"
XSD = "http://www.w3.org/2001/XMLSchema"


def require(reason: str) -> None:
    """Raise an error that names what to install where pyVmomi is missing or refuses this Python."""
    if _IMPORT_ERROR:
        raise _errors.MissingLibrary(_LIBRARY, reason + _REMEDY, _IMPORT_ERROR)


def registry_name() -> str:
    """pyVmomi with its version, for messages."""
    return f"pyVmomi {version_info_str}"


@functools.cache
def wire_type(name: str) -> t.Any:
    """pyVmomi's type of a VI/JSON ``_typeName``; KeyError where the registry has none."""
    if name == "binary":
        return VmomiSupport.binary
    if name == REFERENCES:
        return VmomiSupport.ManagedObject.Array
    for namespace in (VIM, XSD):
        # pyVmomi looks for the array of a type that has none, such as an array or the int of XML, at any depth.
        with contextlib.suppress(AttributeError, KeyError, RecursionError):
            return VmomiSupport.GetWsdlType(namespace, name)
    raise KeyError(name)


def wire_name(type_: t.Any) -> str:
    """The VI/JSON ``_typeName`` of a pyVmomi type."""
    if issubclass(type_, list) and issubclass(type_.Item, VmomiSupport.ManagedObject):
        return REFERENCES
    return "binary" if type_ is VmomiSupport.binary else str(VmomiSupport.GetWsdlName(type_))


def best_version(release: str) -> str:
    """pyVmomi's version of that release, or the newest before it that pyVmomi knows."""
    wanted = _values.release_numbers(release)
    # Some versions are not releases: their names have no digits in front.
    versions: list[str] = [v for v in VmomiSupport.GetServiceVersions("vim25") if release_of(v)[0].isdigit()]
    return next((v for v in versions if _values.release_numbers(release_of(v)) <= wanted), versions[-1])


def release_of(version: str) -> str:
    """``8.0.2.0`` of pyVmomi's ``vim.version.v8_0_2_0``."""
    return str(VmomiSupport.GetVersionNamespace(version)).rpartition("/")[2]
