// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"strings"
	"testing"
)

// The details of faults are the same over both protocols, in a task's error and in the fault of a call.
func TestWhatFaultsTell(t *testing.T) {
	t.Parallel()
	const host = `{"_typeName":"ManagedObjectReference","type":"HostSystem","value":"host-1"}`
	v := start(t)
	r := v.raw().login()
	for name, c := range map[string]struct{ fields, message, xml string }{
		"GenericVmConfigFault": {
			`"faultMessage":[{"_typeName":"LocalizableMessage","key":"msg.disk","arg":[{"_typeName":"KeyAnyValue","key":"1","value":{"_typeName":"string","_value":"/vmfs/a.vmdk"}}],"message":"Cannot open the disk."},` +
				`{"_typeName":"LocalizableMessage","key":"msg.module","message":"Module Disk power on failed."}],"reason":"disk"`,
			"it broke",
			`<faultMessage><key>msg.disk</key><arg><key>1</key><value xsi:type="xsd:string">/vmfs/a.vmdk</value></arg><message>Cannot open the disk.</message></faultMessage>` +
				`<faultMessage><key>msg.module</key><message>Module Disk power on failed.</message></faultMessage><reason>disk</reason>`,
		},
		"VimFault": {
			`"faultCause":{"_typeName":"FileLocked","faultCause":{"_typeName":"NotFound","faultstring":"inner"},"file":"a.vmdk","faultstring":"outer"}`,
			"it broke",
			`<faultCause><fault xsi:type="FileLocked"><faultCause><fault xsi:type="NotFound"></fault><localizedMessage>inner</localizedMessage></faultCause><file>a.vmdk</file></fault><localizedMessage>outer</localizedMessage></faultCause>`,
		},
		"NoPermission": {
			`"missingPrivileges":[{"_typeName":"NoPermissionEntityPrivileges","entity":` + host + `,"privilegeIds":["Host.Config.Power","System.Read"]}]`,
			"Permission to perform this operation was denied.",
			`<missingPrivileges><entity type="HostSystem">host-1</entity><privilegeIds>Host.Config.Power</privilegeIds><privilegeIds>System.Read</privilegeIds></missingPrivileges>`,
		},
		"NoCompatibleHost": {
			`"host":[` + host + `,{"_typeName":"ManagedObjectReference","type":"HostSystem","value":"host-2"}],` +
				`"error":[{"_typeName":"InsufficientMemoryResourcesFault","unreserved":1,"requested":2,"faultstring":"no memory"},{"_typeName":"HostNotConnected","faultstring":"off"}]`,
			"No host is compatible with the virtual machine.",
			`<host type="HostSystem">host-1</host><host type="HostSystem">host-2</host>` +
				`<error><fault xsi:type="InsufficientMemoryResourcesFault"><unreserved>1</unreserved><requested>2</requested></fault><localizedMessage>no memory</localizedMessage></error>` +
				`<error><fault xsi:type="HostNotConnected"></fault><localizedMessage>off</localizedMessage></error>`,
		},
	} {
		fault := `{"_typeName":"` + name + `",` + c.fields + `,"faultstring":"` + c.message + `"}`
		task := v.makeOne(`{"state":"error","error":` + fault + `}`).Value
		r.call("Task/"+task+"/info").want(t, 200, `"error":`+fault)
		inData := `<fault xsi:type="` + name + `">` + c.xml + `</fault><localizedMessage>` + c.message + `</localizedMessage>`
		r.fetch("Task", task, "info").want(t, 200, `<error>`+inData+`</error>`)
		r.fetch("Task", task, "info.error").want(t, 200, `<returnval xsi:type="LocalizedMethodFault">`+inData+`</returnval>`)

		rule := `{"kind":"fault","match":"CurrentTime","fault":` + fault + `}`
		v.fault(rule)
		a := r.call("ServiceInstance/ServiceInstance/CurrentTime", "").want(t, 500)
		equal(t, name, strings.TrimSpace(a.body), fault)
		v.fault(rule)
		r.soap(`vmware_soap_session="`+r.session+`"`, soapCurrentTime).want(t, 500, `<faultstring>`+c.message+
			`</faultstring><detail><`+name+`Fault xmlns="urn:vim25" xsi:type="`+name+`">`+c.xml+`</`+name+`Fault></detail>`)
	}
}

// A fault without a message has vCenter's message for its type.
func TestMessageOfNoCompatibleHost(t *testing.T) {
	t.Parallel()
	v := start(t)
	task := v.makeOne(`{"state":"error","error":{"_typeName":"NoCompatibleHost"}}`).Value
	v.raw().login().call("Task/"+task+"/info").want(t, 200, `"faultstring":"No host is compatible with the virtual machine."`)
}
