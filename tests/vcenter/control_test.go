// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

func TestMakeTask(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	task := v.makeOne(`{"entity":{"type":"Folder","value":"group-d1"},"description_id":"x.y","name":"X_Task","state":"error","cancelable":true,
		"cancelled":true,"error":{"_typeName":"GenericVmConfigFault","reason":"disk","faultstring":"it broke"},"progress":0,
		"event_chain_id":7,"parent_task_key":"task-1","root_task_key":"task-0","activation_id":"act","change_tag":"tag",
		"description":{"key":"k","message":"m"},"reason":{"_typeName":"TaskReasonSystem"},
		"queue_time":"2126-01-02T03:04:05Z","start_time":"2126-01-02T03:04:06Z","complete_time":"2126-01-02T03:04:07Z"}`)
	r.call("Task/"+task.Value+"/info").want(t, 200, `{"_typeName":"TaskInfo","key":"`+task.Value+`","task":{"_typeName":"ManagedObjectReference","type":"Task","value":"`+task.Value+
		`"},"description":{"_typeName":"LocalizableMessage","key":"k","message":"m"},"name":"X_Task","descriptionId":"x.y",`+
		`"entity":{"_typeName":"ManagedObjectReference","type":"Folder","value":"group-d1"},"entityName":"Datacenters","state":"error","cancelled":true,"cancelable":true,`+
		`"error":{"_typeName":"GenericVmConfigFault","reason":"disk","faultstring":"it broke"},"progress":0,"reason":{"_typeName":"TaskReasonSystem"},`+
		`"queueTime":"2126-01-02T03:04:05Z","startTime":"2126-01-02T03:04:06Z","completeTime":"2126-01-02T03:04:07Z","eventChainId":7,"changeTag":"tag",`+
		`"parentTaskKey":"task-1","rootTaskKey":"task-0","activationId":"act"}`)

	info := v.taskInfo(v.makeOne(`{"state":"success","user":"me","result":{"_typeName":"string","_value":"done"}}`))
	equal(t, "entity", *info.Entity, *v.entity())
	equal(t, "type", info.DescriptionId, defaultTaskType)
	equal(t, "result", info.Result, types.AnyType("done"))
	equal(t, "user", info.Reason.(*types.TaskReasonUser).UserName, "me")
	equal(t, "complete", info.CompleteTime != nil, true)
}

func TestTaskThatLives(t *testing.T) {
	t.Parallel()
	v := start(t)
	good := v.makeOne(`{"duration":2,"progress_over_time":true,"result":{"_typeName":"int","_value":3}}`)
	steps := v.makeOne(`{"duration":2,"progress":[10,90]}`)
	bad := v.makeOne(`{"duration":2,"progress":50,"error":{"_typeName":"GenericVmConfigFault","reason":"disk"}}`)
	seen := map[int32]bool{}
	stepsSeen := map[int32]bool{}
	eventually(t, "they end", func() bool {
		seen[v.taskInfo(good).Progress] = true
		stepsSeen[v.taskInfo(steps).Progress] = true
		return isFinal(v.taskInfo(good).State) && isFinal(v.taskInfo(steps).State) && isFinal(v.taskInfo(bad).State)
	})
	if len(seen) < 5 {
		t.Errorf("progress seen: %v", seen)
	}
	equal(t, "steps", stepsSeen[10] && stepsSeen[90], true)
	equal(t, "result", v.taskInfo(good).Result, types.AnyType(int32(3)))
	info := v.taskInfo(bad)
	equal(t, "fault", info.Error.Fault.(*types.GenericVmConfigFault).Reason, "disk")
	equal(t, "took its time", info.CompleteTime.Sub(*info.StartTime) >= 2*time.Second, true)
}

func TestCancelTaskThatLives(t *testing.T) {
	t.Parallel()
	v := start(t)
	task := v.makeOne(`{"duration":0.5,"cancelable":true,"cancel_delay":0.1,"progress_over_time":true}`)
	check(t, cancel(v.client("json"), task))
	info := v.ends(task)
	v.ends(v.makeOne(`{"duration":0.5}`)) // by then, the duration of the other is over, too
	equal(t, "the task", v.taskInfo(task), info)
	equal(t, "state", info.State, types.TaskInfoStateError)
}

func TestChangeAndDeleteTask(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	task := v.makeOne(`{"state":"queued"}`)
	path := "/tasks/" + task.Value
	v.ask("PATCH", path, `{"state":"running","progress":30,"cancelable":true,"description":{"key":"k","message":"m"}}`, nil)
	v.ask("PATCH", path, `{"cancelled":true}`, nil)
	r.call("Task/"+task.Value+"/info").want(t, 200, `"message":"m"`, `"state":"running","cancelled":true,"cancelable":true,"progress":30`)
	v.ask("PATCH", path, `{"state":"success","result":{"_typeName":"string","_value":"done"}}`, nil)
	r.call("Task/"+task.Value+"/info").want(t, 200, `"state":"success"`, `"result":{"_typeName":"string","_value":"done"}`)

	v.ask("DELETE", path, "", nil)
	r.call("Task/"+task.Value+"/info").want(t, 500, "ManagedObjectNotFound")
	a := r.call("TaskManager/TaskManager/recentTask").want(t, 200)
	equal(t, "recent tasks", a.body, "[]")
}

func TestControlErrors(t *testing.T) {
	t.Parallel()
	v := start(t)
	for _, request := range []string{
		`POST /tasks {"entity":{"type":"VirtualMachine","value":"vm-0"}}`, `POST /tasks {"stat":"queued"}`, `POST /tasks {"state":"bogus"}`,
		`POST /tasks {"progress_over_time":true}`, `POST /tasks {"state":"success","duration":1}`, `POST /tasks {"result":"text"}`,
		`POST /tasks {"error":{"_typeName":"TaskInfo"}}`, `POST /tasks {"reason":{"_typeName":"Bogus"}}`, `POST /tasks {`,
		`PATCH /tasks/task-404 {}`, `DELETE /tasks/task-404 `, `PATCH /tasks/task-404 {`,
		`POST /faults {"kind":"bogus"}`, `POST /faults {"kind":"status","match":"("}`, `POST /faults {"kind":"status","protocol":"rest"}`, `POST /faults {"kind":"fault"}`,
		`PUT /hello {"status":42}`, `PUT /hello {"stat":200}`,
	} {
		parts := strings.SplitN(request, " ", 3)
		req, err := http.NewRequest(parts[0], v.ControlURL()+parts[1], strings.NewReader(parts[2]))
		check(t, err)
		response, err := http.DefaultClient.Do(req)
		check(t, err)
		var body struct{ Error string }
		check(t, json.NewDecoder(response.Body).Decode(&body))
		_ = response.Body.Close()
		if response.StatusCode != http.StatusBadRequest || body.Error == "" {
			t.Errorf("%s: %d %q", request, response.StatusCode, body.Error)
		}
	}
}

func TestStats(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw()
	_, err := r.send(http.MethodPost, helloPath+"?action=hello", `{"api_releases":[]}`)
	check(t, err)
	r.login()
	task := v.makeOne(`{}`)
	r.call("Task/" + task.Value + "/info")
	c := v.client("soap")
	check(t, setState(c, task, types.TaskInfoStateSuccess, nil, nil))
	check(t, currentTime(c))
	r.call("SessionManager/SessionManager/Logout", "")

	var got struct {
		Requests        map[string]map[string]int
		Total           map[string]int
		Logins, Logouts int
		OpenSessions    int `json:"open_sessions"`
		BytesIn         int `json:"bytes_in"`
		BytesOut        int `json:"bytes_out"`
		Connections     int
		Collectors      map[string]int
	}
	v.ask("GET", "/stats", "", &got)
	equal(t, "json", got.Requests["json"], map[string]int{"hello": 1, "SessionManager.Login": 1, "SessionManager.Logout": 1, "Task.info": 1})
	equal(t, "soap", got.Requests["soap"], map[string]int{
		"ServiceInstance.RetrieveServiceContent": 1, "SessionManager.Login": 1, "Task.SetTaskState": 1, "ServiceInstance.CurrentTime": 1})
	equal(t, "total", got.Total, map[string]int{"json": 4, "soap": 4})
	equal(t, "sessions", []int{got.Logins, got.Logouts, got.OpenSessions, got.Connections}, []int{2, 1, 1, 2})
	equal(t, "bytes", got.BytesIn > 1000 && got.BytesOut > 1000, true)
	equal(t, "collectors", got.Collectors["PropertyCollector"], 0)
	v.ask("DELETE", "/stats", "", nil)
	v.ask("GET", "/stats", "", &got)
	equal(t, "zeroed", []int{got.Total["json"], got.Logins, got.BytesIn, got.OpenSessions}, []int{0, 0, 0, 1})
}

func TestLog(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	_ = v.client("soap")
	task := v.makeOne(`{}`)
	r.call("Task/"+task.Value+"/UpdateProgress", `{"percentDone":7}`)
	var entries []logEntry
	v.ask("GET", "/log?last=2", "", &entries)
	equal(t, "entries", len(entries), 2)
	last := entries[1]
	equal(t, "the last", []string{last.Protocol, last.Call, last.Method, last.Body}, []string{"json", "Task.UpdateProgress", "POST", `{"percentDone":7}`})
	equal(t, "status", last.Status, 204)
	equal(t, "session", len(last.Session), 12)
	v.ask("GET", "/log", "", &entries)
	all, err := json.Marshal(entries)
	check(t, err)
	if text := string(all); strings.Contains(text, v.config.Password) || strings.Contains(text, r.session) {
		t.Error("there is a secret in the log")
	}
	v.ask("DELETE", "/log", "", nil)
	entries = nil
	v.ask("GET", "/log", "", &entries)
	equal(t, "requests after they were forgotten", len(entries), 0)
}
