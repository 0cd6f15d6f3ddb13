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
	for flag, statuses := range map[string][2]int{"--no-vijson": {404, 404}, "--no-hello": {200, 404}, "--esx": {500, 400}} {
		r := start(t, flag).raw()
		r.release = "8.0.1.0"
		a := r.hello("8.0.1.0")
		equal(t, flag, [2]int{r.call("ServiceInstance/ServiceInstance/content").status, a.status}, statuses)
	}
}

func (r *raw) hello(release string) answer {
	r.v.t.Helper()
	a, err := r.send(http.MethodPost, helloPath+"?action=hello", `{"api_releases":["`+release+`"]}`)
	check(r.v.t, err)
	return a
}

// The addresses of an ESXi below /sdk are SOAP, and those below /api are not REST.
func TestESXiAnswersVIJSON(t *testing.T) {
	t.Parallel()
	r := start(t, "--esx").raw()
	const fault = "<faultcode>ClientFaultCode</faultcode><faultstring>\nError returned by expat parser: not well-formed (invalid token)\n\n" +
		"while parsing HTTP request before method was determined\nat line 1, column 0</faultstring></soapenv:Fault>"
	a := r.call("SessionManager/ha-sessionmgr/Login", `{"userName":"root","password":"x"}`).want(t, 500, fault)
	equal(t, "type", a.header.Get("Content-Type"), "text/xml; charset=utf-8")
	r.call("ServiceInstance/ServiceInstance/content").want(t, 500, "expat parser")
	for _, path := range []string{"/api/session", "/api/about", "/api"} {
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			a, err := r.send(method, path, "{}")
			check(t, err)
			a.want(t, 400)
		}
	}
}

// The parser of vCenter's SOAP answers.
func TestUnreadableSOAP(t *testing.T) {
	t.Parallel()
	r := start(t).raw()
	a, err := r.send(http.MethodPost, "/sdk", `{"not":"XML"}`)
	check(t, err)
	a.want(t, 500, "expat parser")
}

func TestHelloThatIsDown(t *testing.T) {
	t.Parallel()
	v := start(t, "--hello", "503")
	r := v.raw()
	r.hello("9.0.0.0").want(t, 503)
	v.ask("PUT", "/hello", `{"status":403,"body":"<html>no</html>","headers":{"X-Front":"yes"}}`, nil)
	a := r.hello("9.0.0.0").want(t, 403, "<html>no</html>")
	equal(t, "headers", []string{a.header.Get("Content-Type"), a.header.Get("X-Front")}, []string{"text/html; charset=utf-8", "yes"})
	v.ask("PUT", "/hello", `{"body":"{}","content_type":"application/json"}`, nil)
	a = r.hello("9.0.0.0").want(t, 200, "{}")
	equal(t, "type", a.header.Get("Content-Type"), "application/json")
	v.ask("DELETE", "/hello", "", nil)
	r.hello("9.0.0.0").want(t, 200, `{"api_release":"9.0.0.0"}`)
	start(t, "--hello", `{"status":401,"body":"who?"}`).raw().hello("9.0.0.0").want(t, 401, "who?")
}

func TestReleases(t *testing.T) {
	t.Parallel()
	for flags, unknown := range map[string]int{
		"--release=8.0.3.0": 500, "--release=8.0.2.0": 404, "--release=8.0.3.0 --unknown-release=404": 404, "--release=8.0.2.0 --unknown-release=500": 500,
	} {
		r := start(t, strings.Fields(flags)...).raw()
		for release, status := range map[string]int{"8.0.1.0": 200, "8.0.2.0": 200, "9.0.0.0": unknown, "8.0.0.0": unknown, "bogus": unknown} {
			r.release = release
			r.call("ServiceInstance/ServiceInstance/content").want(t, status)
		}
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

// A fault inside data is bare in the published form, and wrapped in govmomi's form. The server accepts both.
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
