# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""SOAP requests, compared with those of pyVmomi's serializer."""

from __future__ import annotations

import base64
import datetime
import functools
import re
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _encoder, _pyvmomi, _registry
from ansible_collections.vsphere.tasks.plugins.module_utils._values import parse_time, reference
from pyVmomi import SoapAdapter, VmomiSupport

OLD, NEW = "vim.version.version9", "vim.version.v8_0_2_0"
NEWEST = VmomiSupport.GetServiceVersions("vim25")[0]
THIS = reference("VirtualMachine", "vm-1")
SCALARS: dict[type, t.Any] = {
    bool: True,
    float: 1.5,
    int: 7,
    datetime.datetime: "2026-01-31T16:00:00.25Z",
    VmomiSupport.binary: "YWJj",
    str: "<a> & \"b\" 'c' \r\n\td é 🙂 ]]>",
}


def method_with(*types: t.Any) -> t.Any:
    """A method with a parameter of each type."""
    params = [VmomiSupport.Object(name=f"p{n}", type=t_, version=OLD, flags=0) for n, t_ in enumerate(types)]
    return VmomiSupport.Object(name="try", wsdlName="Try", version=OLD, params=params)


def of_vim(info: t.Any) -> bool:
    """Whether it belongs to this service. The service of vSAN adds members to some types and methods."""
    return bool(VmomiSupport.GetWsdlNamespace(info.version) == _pyvmomi.VIM)


@functools.cache
def members(type_: t.Any, version: str) -> list[t.Any]:
    """The members that a type has in VI/JSON, in that version."""
    known = _registry.members(type_)
    infos = [info for info in type_._GetPropertyList() if info.name in known and of_vim(info)]
    return [info for info in infos if VmomiSupport.IsChildVersion(version, info.version)]


@functools.cache
def extending(type_: t.Any, version: str) -> list[t.Any]:
    """The types of that version that extend it."""
    # pyVmomi's serializer wraps a wrapped fault again.
    types = [each for each in _registry.descendants(type_) if each is not _pyvmomi.wire_type("LocalizedMethodFault")]
    return [each for each in types if VmomiSupport.GetCompatibleType(each, version) is each]


class Sampler:
    """Values of every type of a version, in VI/JSON form. If several types fit, each of them gets its turn."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._turns: dict[t.Any, t.Iterator[t.Any]] = {}

    def value(self, declared: t.Any) -> t.Any:
        if declared is object:
            return {"_typeName": "string", "_value": "x"}
        if issubclass(declared, list):
            return [self.value(declared.Item)] * 2
        if issubclass(declared, VmomiSupport.ManagedObject):
            return reference(_pyvmomi.wire_name(declared), "any-1")
        if issubclass(declared, VmomiSupport.DataObject):
            return self.data(self._turn(declared), whole=False)
        if issubclass(declared, VmomiSupport.Enum):
            return str(declared.values[0])
        if declared is type:
            return "VirtualMachine"
        if declared is VmomiSupport.ManagedMethod:
            return "PowerOnVM_Task"
        return next(value for base, value in SCALARS.items() if issubclass(declared, base))

    def data(self, type_: t.Any, whole: bool = True) -> dict[str, t.Any]:
        """An object with all its members, or with the required ones only."""
        data: dict[str, t.Any] = {"_typeName": _pyvmomi.wire_name(type_)}
        for info in members(type_, self._version):
            if whole or not info.flags & VmomiSupport.F_OPTIONAL:
                data[info.name] = self.value(info.type)
        return data

    def _turn(self, declared: t.Any) -> t.Any:
        """The declared type, one that extends it, the next that does, and so on."""
        if declared is _pyvmomi.wire_type("MethodFault"):
            # Every fault has one as its cause.
            return _pyvmomi.wire_type("NotSupported")
        following = next(self._turns.get(declared, iter(())), None)
        if following is None:
            self._turns[declared] = iter(extending(declared, self._version))
            return declared
        return following


class Pyvmomi:
    """The output of pyVmomi's serializer, with its mistakes corrected."""

    def __init__(self, version: str) -> None:
        self._stub = SoapAdapter.SoapStubAdapterBase(version)
        self._stub.requestContext = None

    def call(self, info: t.Any, given: dict[str, t.Any]) -> bytes:
        arguments = [self._objects(given.get(param.name), param.type) for param in info.params]
        request: bytes = self._stub.SerializeRequest(self._objects(THIS, None), info, arguments)
        # In an Any, the WSDL calls a reference differently.
        request = re.sub(rb'(<[^<>]* xsi:type="ManagedObject)"', rb'\1Reference"', request)
        return request.replace(b"\r", b"&#13;")

    def _objects(self, value: t.Any, declared: t.Any) -> t.Any:
        """The data as pyVmomi's objects."""
        if value is None:
            return None
        if isinstance(value, list):
            return declared([self._objects(each, declared.Item) for each in value])
        if isinstance(value, dict):
            if value["_typeName"] == "ManagedObjectReference":
                return _pyvmomi.wire_type(value["type"])(value["value"], self._stub)
            type_ = _pyvmomi.wire_type(value["_typeName"])
            return self._objects(value["_value"], type_) if "_value" in value else self._object(value, type_)
        if declared is datetime.datetime:
            return parse_time(value)
        if declared is VmomiSupport.binary:
            return declared(base64.b64decode(value))
        if declared is type:
            return _pyvmomi.wire_type(value)
        if declared is VmomiSupport.ManagedMethod:
            return VmomiSupport.GetWsdlMethod(_pyvmomi.VIM, value)
        return value if declared is bool else declared(value)

    def _object(self, data: dict[str, t.Any], type_: t.Any) -> t.Any:
        value = type_()
        for prop in type_._GetPropertyList():
            if data.get(prop.name) is not None:
                setattr(value, prop.name, self._objects(data[prop.name], prop.type))
        if issubclass(type_, Exception):
            value.msg = next((m["message"] for m in data.get("faultMessage") or () if "message" in m), None)
        return value


def essence(request: bytes) -> bytes:
    """The body of a request, without parts that can differ. Only pyVmomi writes the attribute versionId."""
    body = re.split(rb"</?soapenv:Body>", request)[1]
    return re.sub(rb' versionId="[^"]*"', b"", body).replace(b"&quot;", b'"').strip()


@pytest.mark.parametrize("version", [OLD, NEW])
def test_every_type_is_written_as_pyvmomi_writes_it(version: str) -> None:
    encoder, theirs, sampler = _encoder.Encoder(version), Pyvmomi(version), Sampler(version)
    types = extending(VmomiSupport.DataObject, version)
    assert len(types) > 1500
    for type_ in types:
        data = sampler.data(type_)
        array = {"_typeName": f"ArrayOf{data['_typeName']}", "_value": [data]}
        info, given = (
            method_with(object, object, type_, type_.Array),
            {"p0": data, "p1": array, "p2": data, "p3": [data]},
        )
        assert essence(encoder.call(THIS, info, given)) == essence(theirs.call(info, given)), data


@pytest.mark.parametrize("version", [OLD, NEW])
def test_every_method_is_called_as_pyvmomi_calls_it(version: str) -> None:
    encoder, theirs, sampler = _encoder.Encoder(version), Pyvmomi(version), Sampler(version)
    called = 0
    for type_ in _registry.descendants(VmomiSupport.ManagedObject):
        for info in type_._methodInfo.values():
            given = {param.name: sampler.value(param.type) for param in info.params if encoder.knows(param)}
            if encoder.knows(info):
                called += 1
                assert essence(encoder.call(THIS, info, given)) == essence(theirs.call(info, given)), given
            else:
                with pytest.raises(_pyvmomi.wire_type("MethodNotFound")):
                    theirs.call(info, given)
    assert called > 500


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("boolean", False),
        ("byte", -1),
        ("short", 2),
        ("int", 3),
        ("long", 2**40),
        ("float", 1.5),
        ("double", 1e30),
        ("string", SCALARS[str]),
        ("anyURI", "https://x/?a&b"),
        ("dateTime", SCALARS[datetime.datetime]),
        ("TypeName", "VirtualMachine"),
        ("MethodName", "PowerOnVM_Task"),
        ("PropertyPath", "info.state"),
        ("TaskInfoState", "running"),
    ],
)
def test_a_value_of_any_type_has_a_type_attribute(name: str, value: t.Any) -> None:
    one = {"_typeName": name, "_value": value}
    several = {"_typeName": f"ArrayOf{name[0].upper()}{name[1:]}", "_value": [value, value]}
    info, given = method_with(object, object), {"p0": one, "p1": several}
    assert essence(_encoder.Encoder(NEW).call(THIS, info, given)) == essence(Pyvmomi(NEW).call(info, given))


@pytest.mark.parametrize(
    "value",
    [
        {"_typeName": "binary", "_value": "YWJj"},
        {"_typeName": "ArrayOfString", "_value": []},
        {"_typeName": "ArrayOfAnyType", "_value": [{"_typeName": "int", "_value": 1}, reference("Task", "task-1")]},
        {"_typeName": "ArrayOfVirtualMachine", "_value": [reference("VirtualMachine", "vm-2")]},
        {"_typeName": "ArrayOfManagedObjectReference", "_value": [reference("VirtualMachine", "vm-2")]},
        {"_typeName": "ArrayOfMethodFault", "_value": [{"_typeName": "NotSupported", "faultMessage": []}]},
        reference("Task", "task-1"),
    ],
)
def test_other_values_of_any_type_have_a_type_attribute(value: dict[str, t.Any]) -> None:
    info, given = method_with(object), {"p0": value}
    assert essence(_encoder.Encoder(NEW).call(THIS, info, given)) == essence(Pyvmomi(NEW).call(info, given))


def encoded(value: t.Any) -> str:
    """The encoded form of one value of any type."""
    request = _encoder.Encoder(NEW).call(THIS, method_with(object), {"p0": value}).decode()
    return request.partition("</_this>")[2].partition("</Try>")[0]


def test_a_fault_has_the_text_of_its_first_message_beside_it() -> None:
    fault = {"_typeName": "NotSupported", "faultMessage": [{"key": "k"}, {"key": "l", "message": "a < b"}]}
    inside = (
        "<faultMessage><key>k</key></faultMessage><faultMessage><key>l</key><message>a &lt; b</message></faultMessage>"
    )
    expected = (
        '<p0 xsi:type="LocalizedMethodFault">'
        f'<fault xsi:type="NotSupported">{inside}</fault><localizedMessage>a &lt; b</localizedMessage></p0>'
    )
    assert encoded(fault) == expected
    # The form of SOAP works as well.
    given = {"_typeName": "LocalizedMethodFault", "fault": fault, "localizedMessage": "a < b"}
    assert encoded(given) == expected


def test_a_reference_to_a_type_that_pyvmomi_does_not_know_is_written() -> None:
    data = {"_typeName": "ObjectSpec", "obj": reference("ContentLibrary", 'a"b<c')}
    assert encoded(data) == '<p0 xsi:type="ObjectSpec"><obj type="ContentLibrary">a&quot;b&lt;c</obj></p0>'


def test_other_data_of_a_type_that_pyvmomi_does_not_know_cannot_be_written() -> None:
    with pytest.raises(
        VsphereError,
        match=r"pyVmomi \S+ does not know the type SomethingNew, which SOAP requires: install a later version",
    ):
        encoded({"_typeName": "SomethingNew", "member": 1})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"description": "x"}, "p0.description is 'x', which does not fit its type"),
        ({"description": {"label": {"a": 1}}}, "p0.description.label is a dictionary, which does not fit its type"),
        ({"server": [{"description": []}]}, "p0.server.description is a list, which does not fit its type"),
        ({"taskList": ["x"]}, "p0.taskList is a list, which does not fit its type"),
        ({"taskList": 7}, "p0.taskList is 7, which does not fit its type"),
    ],
)
def test_a_value_that_does_not_fit_its_type_is_named(value: dict[str, t.Any], message: str) -> None:
    with pytest.raises(_encoder.Unfit) as raised:
        encoded({"_typeName": "Extension", **value})
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"_typeName": "VirtualTPM", "key": 1}, "p0 is a VirtualTPM, which requires a later release"),
        (
            {"_typeName": "VirtualMachineCloneSpec", "tpmProvisionPolicy": "copy"},
            "p0.tpmProvisionPolicy requires a later release",
        ),
        (
            {
                "_typeName": "VirtualMachineConfigSpec",
                "deviceChange": [{"device": {"_typeName": "VirtualTPM", "key": 1}}],
            },
            "p0.deviceChange.device is a VirtualTPM, which requires a later release",
        ),
    ],
)
def test_a_part_that_an_older_release_does_not_have_is_an_error(value: dict[str, t.Any], message: str) -> None:
    with pytest.raises(_encoder.TooNew) as raised:
        _encoder.Encoder(OLD).call(THIS, method_with(object), {"p0": value})
    assert str(raised.value) == message
    assert _encoder.Encoder(NEWEST).call(THIS, method_with(object), {"p0": value})


@pytest.mark.parametrize("version", [OLD, NEW, NEWEST])
def test_members_that_only_the_service_of_vsan_has_are_never_written(version: str) -> None:
    encoder = _encoder.Encoder(version)
    found = 0
    for type_ in extending(VmomiSupport.DataObject, version):
        for info in type_._GetPropertyList():
            if not of_vim(info):
                data = {"_typeName": _pyvmomi.wire_name(type_), info.name: "of vSAN"}
                with pytest.raises(_encoder.TooNew):
                    encoder.call(THIS, method_with(type_), {"p0": data})
                found += 1
    assert found > 20


@pytest.mark.parametrize("version", [OLD, NEW, NEWEST])
def test_methods_and_parameters_that_only_the_service_of_vsan_has_are_never_called(version: str) -> None:
    encoder = _encoder.Encoder(version)
    methods = params = 0
    for type_ in _registry.descendants(VmomiSupport.ManagedObject):
        for info in type_._methodInfo.values():
            if of_vim(info):
                for param in info.params:
                    if not of_vim(param):
                        with pytest.raises(_encoder.TooNew):
                            encoder.call(THIS, info, {param.name: "of vSAN"})
                        params += 1
            else:
                assert not encoder.knows(info), info.wsdlName
                methods += 1
    assert methods > 10
    assert params > 5
