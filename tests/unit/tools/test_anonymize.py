# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Anonymized traces: personal data is replaced consistently, and everything else stays."""

from __future__ import annotations

import pathlib
import runpy
import typing as t

import pytest

Anonymizer: t.Any = runpy.run_path(str(pathlib.Path(__file__).parents[3] / "tests" / "tools" / "anonymize.py"))[
    "Anonymizer"
]

XML = """
<userName>ACMECORP\\jane.doe</userName><password>P4ss w0rd!</password><ipAddress>10.20.30.40</ipAddress>
<entityName>payroll-db-01</entityName><hostName>esx-17.ams.acmecorp.com</hostName>
<propSet><name>name</name><val xsi:type="xsd:string">Finance</val></propSet>
<changeSet><name>name</name><op>assign</op><val xsi:type="xsd:string">Sales</val></changeSet>
<reason xsi:type="TaskReasonSchedule"><name>Nightly of Jane</name></reason>
<reason xsi:type="TaskReasonAlarm"><alarmName>Power of rack 7</alarmName></reason>
<uuid>564d1122-3344-5566-7788-99aabbccddee</uuid><macAddress>00:50:56:ab:cd:ef</macAddress>
<message>jane.doe@acmecorp.com moved payroll-db-01 (Finance, Sales) to esx-17 at fe80::250:56ff:feab:cdef</message>
"""
KEPT = """
<apiVersion>8.0.3.0</apiVersion><fullName>VMware vCenter Server 8.0.3 build-24322831</fullName><userName>root</userName>
<queueTime>2026-05-04T08:00:01.5Z</queueTime><obj type="VirtualMachine">vm-42</obj><entityName>Datacenters</entityName>
<name>PowerOnVM_Task</name><descriptionId>VirtualMachine.powerOn</descriptionId><userName>VSPHERE.LOCAL\\Administrator</userName>
<key>com.vmware.cdrs.placeVm.emptyCompatSet</key><progress>40</progress>
{"api_releases": ["9.0.0.0", "8.0.2.0"]} /sdk/vim25/8.0.1.0/Task/task-4711/info
"""


@pytest.mark.parametrize(
    "personal",
    [
        "acmecorp",
        "jane",
        "doe",
        "P4ss",
        "10.20.30.40",
        "payroll",
        "esx-17",
        "Finance",
        "Sales",
        "Nightly",
        "rack 7",
        "564d1122",
        "00:50:56",
        "fe80",
    ],
)
def test_personal_data_is_replaced(personal: str) -> None:
    assert personal.lower() not in Anonymizer([XML])(XML).lower()


def test_other_data_is_kept() -> None:
    assert Anonymizer([KEPT])(KEPT) == KEPT


def test_the_same_thing_has_the_same_name_everywhere() -> None:
    clean = Anonymizer(["<entityName>web</entityName>", '{"userName": "web-admin", "entityName": "db"}'])
    web, admin, database = clean("web web-admin db").split()
    assert len({web, admin, database}) == 3
    assert clean('web, "web-admin": db; web') == f'{web}, "{admin}": {database}; {web}'
    assert clean("cobweb") == "cobweb"


def test_named_hosts_and_words_are_replaced() -> None:
    clean = Anonymizer([], hosts=["vc.ams.acmecorp.com"], words=["Project X"])
    assert clean("Project X at vc.ams.acmecorp.com is com.acmecorp.backup") == (
        "text-1 at host-1.example.com is com.example.backup"
    )
