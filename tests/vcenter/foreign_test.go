// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"testing"
)

const historyFilter = `{"filter":{"_typeName":"TaskFilterSpec"}}`

// Tasks with types that no client library knows can be read in every way over both protocols.
func TestForeignTypes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ spec, json, property, xml, path string }{
		"entity": {
			`"entity":{"type":"ContentLibrary","value":"clib-2895"},"entity_name":"images"`,
			`"entity":{"_typeName":"ManagedObjectReference","type":"ContentLibrary","value":"clib-2895"},"entityName":"images"`,
			`{"_typeName":"ManagedObjectReference","type":"ContentLibrary","value":"clib-2895"}`,
			`<entity type="ContentLibrary">clib-2895</entity><entityName>images</entityName>`, "info.entity",
		},
		"result": {
			`"state":"success","result":{"_typeName":"vslmCatalogChangeResult","fullSync":false,"sequence":[1,2],"catalog":{"_typeName":"vslmCatalog","owner":{"_typeName":"ManagedObjectReference","type":"HostVStorageObjectManager","value":"ha-<1>"},"when":{"_typeName":"dateTime","_value":"2026-01-02T03:04:05Z"}}}`,
			`"result":{"_typeName":"vslmCatalogChangeResult","fullSync":false,"sequence":[1,2],"catalog":{"_typeName":"vslmCatalog","owner":{"_typeName":"ManagedObjectReference","type":"HostVStorageObjectManager","value":"ha-<1>"},"when":{"_typeName":"dateTime","_value":"2026-01-02T03:04:05Z"}}}`,
			`{"_typeName":"vslmCatalogChangeResult","fullSync":false`,
			`<result xsi:type="vslmCatalogChangeResult"><fullSync>false</fullSync><sequence>1</sequence><sequence>2</sequence><catalog xsi:type="vslmCatalog"><owner type="HostVStorageObjectManager">ha-&lt;1&gt;</owner><when xsi:type="xsd:dateTime">2026-01-02T03:04:05Z</when></catalog></result>`, "info.result",
		},
		"array": {
			`"state":"success","result":{"_typeName":"ArrayOfDVSOpaqueCommandResultInfo","_value":[{"_typeName":"DVSOpaqueCommandResultInfo","host":"a"},{"_typeName":"DVSOpaqueCommandResultInfo","host":"b"}]}`,
			`"result":{"_typeName":"ArrayOfDVSOpaqueCommandResultInfo","_value":[{"_typeName":"DVSOpaqueCommandResultInfo","host":"a"},`,
			`{"_typeName":"ArrayOfDVSOpaqueCommandResultInfo","_value":[{`,
			`<result xsi:type="ArrayOfDVSOpaqueCommandResultInfo"><DVSOpaqueCommandResultInfo xsi:type="DVSOpaqueCommandResultInfo"><host>a</host></DVSOpaqueCommandResultInfo><DVSOpaqueCommandResultInfo xsi:type="DVSOpaqueCommandResultInfo"><host>b</host></DVSOpaqueCommandResultInfo></result>`, "info.result",
		},
		"enumeration": {
			`"state":"success","result":{"_typeName":"NewKind","_value":"shiny"}`, `"result":{"_typeName":"NewKind","_value":"shiny"}`,
			`{"_typeName":"NewKind","_value":"shiny"}`, `<result xsi:type="NewKind">shiny</result>`, "info.result",
		},
		"fault": {
			`"state":"error","error":{"_typeName":"QuantumFault","qubit":7,"faultstring":"it & all broke","faultMessage":[{"_typeName":"LocalizableMessage","key":"k","message":"first"}],"faultCause":{"_typeName":"NoPermission","privilegeId":"a.b","faultstring":"why"}}`,
			`"error":{"_typeName":"QuantumFault","qubit":7,"faultMessage":[{"_typeName":"LocalizableMessage","key":"k","message":"first"}],"faultCause":{"_typeName":"NoPermission","privilegeId":"a.b","faultstring":"why"},"faultstring":"it & all broke"}`,
			`{"_typeName":"QuantumFault","qubit":7`,
			`<error><fault xsi:type="QuantumFault"><qubit>7</qubit><faultMessage xsi:type="LocalizableMessage"><key>k</key><message>first</message></faultMessage><faultCause><fault xsi:type="NoPermission"><privilegeId>a.b</privilegeId></fault><localizedMessage>why</localizedMessage></faultCause></fault><localizedMessage>it &amp; all broke</localizedMessage></error>`, "info.error",
		},
		"reason": {
			`"reason":{"_typeName":"TaskReasonPolicy","policy":"nightly"}`, `"reason":{"_typeName":"TaskReasonPolicy","policy":"nightly"}`,
			`{"_typeName":"TaskReasonPolicy","policy":"nightly"}`, `<reason xsi:type="TaskReasonPolicy"><policy>nightly</policy></reason>`, "info.reason",
		},
		"members": {
			`"members":{"priority":3,"origin":{"_typeName":"TaskOrigin","site":"east"}}`,
			`"priority":3,"origin":{"_typeName":"TaskOrigin","site":"east"}}`, ``,
			`<priority>3</priority><origin xsi:type="TaskOrigin"><site>east</site></origin>`, "info.key",
		},
		"state": {`"state":"paused"`, `"state":"paused"`, `{"_typeName":"TaskInfoState","_value":"paused"}`, `<state>paused</state>`, "info.state"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := start(t)
			r := v.raw().login()
			task := v.makeOne(`{"unknown":true,` + c.spec + `}`).Value
			ref := `{"_typeName":"ManagedObjectReference","type":"Task","value":"` + task + `"}`
			r.call("Task/"+task+"/info").want(t, 200, c.json)
			r.fetch("Task", task, "info").want(t, 200, c.xml)
			r.call("PropertyCollector/propertyCollector/RetrievePropertiesEx", `{"specSet":[{"_typeName":"PropertyFilterSpec",`+
				`"propSet":[{"_typeName":"PropertySpec","type":"Task","pathSet":["info","`+c.path+`"]}],`+
				`"objectSet":[{"_typeName":"ObjectSpec","obj":`+ref+`}]}],"options":{"_typeName":"RetrieveOptions"}}`).want(t, 200, c.json, `"name":"`+c.path+`","val":`+c.property)
			r.call("PropertyCollector/propertyCollector/CreateFilter", `{"spec":{"_typeName":"PropertyFilterSpec",`+
				`"propSet":[{"_typeName":"PropertySpec","type":"Task","pathSet":["info"]}],`+
				`"objectSet":[{"_typeName":"ObjectSpec","obj":`+ref+`}]},"partialUpdates":false}`).want(t, 200)
			r.wait("").want(t, 200, c.json)
			r.call("TaskManager/TaskManager/recentTask").want(t, 200, task)
			r.call("TaskManager/TaskManager/CreateCollectorForTasks", historyFilter).want(t, 200)
			for ref := range v.tasks.collectors {
				r.call("TaskHistoryCollector/"+ref.Value+"/ReadNextTasks", `{"maxCount":5}`).want(t, 200, c.json)
				r.soap(`vmware_soap_session="`+r.session+`"`, `<RewindCollector xmlns="urn:vim25"><_this type="TaskHistoryCollector">`+ref.Value+`</_this></RewindCollector>`).want(t, 200)
				r.soap(`vmware_soap_session="`+r.session+`"`, `<ReadNextTasks xmlns="urn:vim25"><_this type="TaskHistoryCollector">`+ref.Value+
					`</_this><maxCount>5</maxCount></ReadNextTasks>`).want(t, 200, c.xml)
			}
		})
	}
}

// A state, result, and error of an existing task.
func TestForeignChange(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	task := v.makeOne(`{}`).Value
	v.ask("PATCH", "/tasks/"+task, `{"unknown":true,"state":"success","result":{"_typeName":"Novelty","a":1}}`, nil)
	r.call("Task/"+task+"/info").want(t, 200, `"result":{"_typeName":"Novelty","a":1}`)
}

// A call is rejected with an unknown fault.
func TestForeignFault(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	const rule = `{"kind":"fault","unknown":true,"match":"CurrentTime","fault":{"_typeName":"QuantumFault","qubit":7,"faultstring":"it <broke>"}}`
	v.fault(rule)
	r.call("ServiceInstance/ServiceInstance/CurrentTime", "").want(t, 500, `{"_typeName":"QuantumFault","qubit":7,"faultstring":"it <broke>"}`)
	v.fault(rule)
	r.soap(`vmware_soap_session="`+r.session+`"`, soapCurrentTime).want(t, 500,
		`<faultstring>it &lt;broke&gt;</faultstring><detail><QuantumFaultFault xmlns="urn:vim25" xsi:type="QuantumFault"><qubit>7</qubit></QuantumFaultFault></detail>`)
}
