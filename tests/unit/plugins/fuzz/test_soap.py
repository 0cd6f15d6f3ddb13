# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameters with any input over SOAP: a message, or a request from which the server reads the same values."""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._types import _builder, _decoder, _encoder, _pyvmomi
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference
from hypothesis import example, given
from hypothesis import strategies as st

from .given import ANY, NUMBER, SCALAR, TEXT, cases, count, made

SPEC = _pyvmomi.wire_type("VirtualMachineConfigSpec")
VERSION = "vim.version.v8_0_2_0"


def info(**named: t.Any) -> t.Any:
    return _pyvmomi.VmomiSupport.Object(version=VERSION, flags=0, **named)


# The request has the form of an answer, so the decoder can read it.
METHOD = info(wsdlName="TryResponse", params=[info(name="returnval", type=SPEC)])
TYPED = st.fixed_dictionaries({"_typeName": st.sampled_from(("string", "int", "ArrayOfString")), "_value": ANY})
MEMBERS: dict[str, st.SearchStrategy[t.Any]] = {
    "name": TEXT,
    "annotation": TEXT,
    "numCPUs": NUMBER,
    "memoryHotAddEnabled": st.one_of(st.booleans(), SCALAR),
    "extraConfig": st.lists(st.fixed_dictionaries({"key": TEXT, "value": st.one_of(ANY, TYPED)}), max_size=3),
}


@cases(0.05)
@example({"annotation": "]]></annotation><name>other</name>&amp;\r\n\t "})
@example({"extraConfig": [{"key": '" xsi:type="xsd:int', "value": {"type": '"<', "value": '"<'}}]})
@given(st.fixed_dictionaries({}, optional=MEMBERS))
def test_any_parameter_over_soap(spec: t.Any) -> None:
    count("parameters over SOAP")
    builder = _builder.Builder()
    built = builder.build("params.spec", SPEC, made(spec))
    if builder.problems:
        assert all(problem.startswith("params.spec") for problem in builder.problems)
        return
    request = _encoder.Encoder(VERSION).call(reference("VirtualMachine", "vm-1"), METHOD, {"returnval": built})
    assert _decoder.Decoder(_pyvmomi).read(request, "Try", SPEC) == built
