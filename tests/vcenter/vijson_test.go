// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestHello(t *testing.T) {
	t.Parallel()
	r := start(t, "--release", "8.0.3.0").raw()
	const path = helloPath + "?action=hello"
	for request, release := range map[string]string{
		`{"api_releases":["9.1.0.0","9.0.0.0","8.0.3.0","8.0.2.0"]}`: "8.0.3.0",
		`{"api_releases":["8.0.2.0","8.0.3.0"]}`:                     "8.0.2.0",
		`{"api_releases":["9.1.0.0"]}`:                               "",
	} {
		a, err := r.send(http.MethodPost, path, request)
		check(t, err)
		equal(t, request, a.body, `{"api_release":"`+release+`"}`)
	}
	a, err := r.send(http.MethodGet, path, "")
	check(t, err)
	a.want(t, http.StatusNotFound)
}

func TestWhoHasVIJSON(t *testing.T) {
	t.Parallel()
	for flag, served := range map[string][2]bool{"--no-vijson": {false, false}, "--no-hello": {true, false}, "--esx": {false, false}} {
		r := start(t, flag).raw()
		r.release = "8.0.1.0"
		found := r.call("ServiceInstance/ServiceInstance/content").status == http.StatusOK
		a, err := r.send(http.MethodPost, helloPath+"?action=hello", `{"api_releases":["8.0.1.0"]}`)
		check(t, err)
		equal(t, flag, [2]bool{found, a.status == http.StatusOK}, served)
	}
}

func TestReleases(t *testing.T) {
	t.Parallel()
	r := start(t, "--release", "8.0.3.0").raw()
	for release, status := range map[string]int{"8.0.1.0": 200, "8.0.2.0": 200, "8.0.3.0": 200, "9.0.0.0": 404, "8.0.0.0": 404, "bogus": 404} {
		r.release = release
		r.call("ServiceInstance/ServiceInstance/content").want(t, status)
	}
}

func TestSessionOfVIJSON(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw()
	const refused = `"_typeName":"NotAuthenticated","object":{"_typeName":"ManagedObjectReference","type":"Task","value":"task-1"},"privilegeId":"System.View"`
	r.call("ServiceInstance/ServiceInstance/content").want(t, 200, `"about":{"_typeName":"AboutInfo"`)
	r.call("ServiceInstance/ServiceInstance/RetrieveServiceContent", "").want(t, 200)
	r.call("Task/task-1/info").want(t, 500, refused)
	r.call("Task/task-1/CancelTask", "").want(t, 500, refused)
	r.session = "unknown"
	r.call("Task/task-1/info").want(t, 500, refused)
	r.session = ""
	r.call("SessionManager/SessionManager/Login", `{"userName":"administrator@vsphere.local","password":"bad"}`).want(t, 500,
		`{"_typeName":"InvalidLogin","faultstring":"Cannot complete login due to an incorrect user name or password."}`)
	r.login().call("SessionManager/SessionManager/Logout", "").want(t, 204)
	r.call("TaskManager/TaskManager/recentTask").want(t, 500, "NotAuthenticated")
}

func TestStatusOfVIJSON(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	task := v.makeOne(`{}`).Value
	r.call("Task/"+task+"/info").want(t, 200, `"_typeName":"TaskInfo"`)
	r.call("Task/"+task+"/availableField").want(t, 200, `[]`)
	r.call("VirtualMachine/vm-65/snapshot").want(t, 204)
	r.call("VirtualMachine/vm-65/name").want(t, 200, `"DC0_H0_VM1"`)
	r.call("VirtualMachine/vm%2D65/name").want(t, 200, `"DC0_H0_VM1"`)
	r.call("ExtensionManager/ExtensionManager/FindExtension", `{"extensionKey":"nope"}`).want(t, 204)
	r.call("Task/task-404/info").want(t, 500, `"ManagedObjectNotFound","obj":{"_typeName":"ManagedObjectReference","type":"Task","value":"task-404"}`)
	r.call("Task/task-404/CancelTask", "").want(t, 500, `"ManagedObjectNotFound"`)

	for _, path := range []string{"Task/" + task + "/bogus", "Task/" + task + "/Info", "Task/" + task, "Bogus/" + task + "/info", "Task/" + task + "/CancelTask"} {
		a := r.call(path).want(t, 404, "<h1>404 Not Found</h1>")
		equal(t, "content type", a.header.Get("Content-Type"), "text/html; charset=utf-8")
	}
	for _, member := range []string{"canceltask", "info", "TaskInfo", "PowerOnVM_Task"} {
		r.call("Task/"+task+"/"+member, "").want(t, 404)
	}
}

func TestBodiesOfVIJSON(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	task := "Task/" + v.makeOne(`{}`).Value
	for body, refused := range map[string]string{
		`{"description":{"key":"k","message":"m"}}`:                                        `"InvalidArgument","invalidProperty":"description","faultstring":"description: _typeName is missing (LocalizableMessage is wanted)"`,
		`{"description":{"_typeName":"KeyValue","key":"k","value":"v"}}`:                   `"invalidProperty":"description"`,
		`{"description":{"_typeName":"Bogus"}}`:                                            `"invalidProperty":"description"`,
		`{"description":{"_typeName":"LocalizableMessage"}}`:                               `"invalidProperty":"description.key"`,
		`{"description":{"_typeName":"LocalizableMessage","key":"k","arg":[{"key":"a"}]}}`: `"invalidProperty":"description.arg[0]"`,
		`{}`:    `"invalidProperty":"description"`,
		`{"des`: `"InvalidRequest"`,
		`[]`:    `"InvalidRequest"`,
	} {
		r.call(task+"/SetTaskDescription", body).want(t, 500, refused)
	}
	r.call(task+"/SetTaskState", `{"state":"bogus"}`).want(t, 500, `"invalidProperty":"state"`)
	r.call(task+"/SetTaskState", `{"state":"success","result":"text"}`).want(t, 500, `"invalidProperty":"result"`)
	r.call(task+"/SetTaskState", `{"state":"success","result":{"key":"k"}}`).want(t, 500, `"invalidProperty":"result"`)
	r.call(task+"/UpdateProgress", `{"percentDone":"much"}`).want(t, 500, `"InvalidRequest"`)
	r.call(task+"/SetTaskDescription", `{"_typeName":"SetTaskDescriptionRequestType","description":{"_typeName":"LocalizableMessage","key":"k"}}`).want(t, 204)
	r.call(task+"/SetTaskState", `{"state":"success","result":{"_typeName":"ArrayOfString","_value":["a","b"]}}`).want(t, 204)
	r.call(task+"/info").want(t, 200, `"result":{"_typeName":"ArrayOfString","_value":["a","b"]}`)
}

// A fault inside data is bare in the published form, and wrapped in govmomi's; either is taken.
func TestFaultInData(t *testing.T) {
	t.Parallel()
	const bare = `{"_typeName":"GenericVmConfigFault","faultMessage":[{"_typeName":"LocalizableMessage","key":"k","message":"it broke"}],"reason":"disk","faultstring":"it broke"}`
	const wrapped = `{"_typeName":"LocalizedMethodFault","fault":{"_typeName":"GenericVmConfigFault","faultMessage":[{"_typeName":"LocalizableMessage","key":"k","message":"it broke"}],"reason":"disk"},"localizedMessage":"it broke"}`
	for want, args := range map[string][]string{bare: nil, wrapped: {"--wrapped-faults"}} {
		v := start(t, args...)
		r := v.raw().login()
		for _, sent := range []string{bare, strings.Replace(bare, `,"faultstring":"it broke"`, "", 1), wrapped} {
			task := "Task/" + v.makeOne(`{}`).Value
			r.call(task+"/SetTaskState", `{"state":"error","fault":`+sent+`}`).want(t, 204)
			r.call(task+"/info").want(t, 200, `"error":`+want)
		}
	}
}

func TestTimesHaveSixDigits(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	a := r.call("ServiceInstance/ServiceInstance/CurrentTime", "").want(t, 200)
	if len(a.body) > len(`"2026-11-22T01:13:10.749018Z"`) {
		t.Error(a.body)
	}
	a = r.soap(`vmware_soap_session="`+r.session+`"`, soapCurrentTime).want(t, 200)
	if !regexp.MustCompile(`<returnval>[0-9T:-]{19}(\.\d{1,6})?Z<`).MatchString(a.body) {
		t.Error(a.body)
	}
}

func TestInvalidPropertyPaths(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	read := func(moType, path string) answer {
		return r.call("PropertyCollector/propertyCollector/RetrievePropertiesEx", `{"specSet":[{"_typeName":"PropertyFilterSpec",`+
			`"propSet":[{"_typeName":"PropertySpec","type":"`+moType+`","pathSet":["`+path+`"]}],`+
			`"objectSet":[{"_typeName":"ObjectSpec","obj":{"_typeName":"ManagedObjectReference","type":"VirtualMachine","value":"vm-65"}}]}],`+
			`"options":{"_typeName":"RetrieveOptions"}}`)
	}
	read("VirtualMachine", "info.bogus").want(t, 500, `{"_typeName":"InvalidProperty","name":"info.bogus","faultstring":"The property is not valid."}`)
	read("VirtualMachine", "self").want(t, 500, `"InvalidProperty"`)
	read("VirtualMachine", "runtime.powerState.more").want(t, 500, `"InvalidProperty"`)
	read("VirtualMachine", "runtime.powerState").want(t, 200, `{"_typeName":"VirtualMachinePowerState","_value":"poweredOn"}`)
	read("ManagedEntity", "name").want(t, 200, `"DC0_H0_VM1"`)
	read("VirtualMachine", `config.extraConfig[\"x\"].value`).want(t, 200)
}
