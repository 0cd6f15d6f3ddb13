// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/types"
)

func (v *vcenter) fault(rule string) {
	v.t.Helper()
	v.ask("POST", "/faults", rule, nil)
}

func TestFaultStatus(t *testing.T) {
	t.Parallel()
	v := start(t)
	v.fault(`{"kind":"status","count":2,"skip":1,"match":"^hello$"}`)
	v.fault(`{"kind":"status","status":502,"match":"Login"}`)
	r := v.raw()
	hello := func() int {
		a, err := r.send(http.MethodPost, helloPath+"?action=hello", `{"api_releases":[]}`)
		check(t, err)
		return a.status
	}
	equal(t, "hello", []int{hello(), hello(), hello(), hello()}, []int{200, 503, 503, 200})
	r.call("SessionManager/SessionManager/Login", `{}`).want(t, 502)
	r.login()
	equal(t, "logins", v.stats.logins.Load(), 1)
}

func TestFaultResets(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		for kind, carriedOut := range map[string]bool{"reset_before": false, "reset_after": true} {
			task := v.makeOne(`{}`)
			v.fault(`{"kind":"` + kind + `","match":"^Task\\.UpdateProgress$"}`)
			err := setProgress(c, task, 7)
			if !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("%s: %v", kind, err)
			}
			equal(t, kind, v.taskInfo(task).Progress == 7, carriedOut)
			check(t, setProgress(c, task, 8))
		}
	})
}

func TestFaultCut(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		v.fault(`{"kind":"cut","match":"CreateTask"}`)
		_, err := createTask(c, types.CreateTask{Obj: *v.entity()})
		if !errors.Is(err, io.ErrUnexpectedEOF) && !strings.Contains(err.Error(), "unexpected EOF") {
			t.Error(err)
		}
		equal(t, "tasks", len(v.tasks.history), 1)
	})
	v := start(t)
	r := v.raw().login()
	v.fault(`{"kind":"cut"}`)
	_, err := r.send(http.MethodPost, vijsonPrefix+"9.0.0.0/Task/"+v.makeOne(`{}`).Value+"/UpdateProgress", `{"percentDone":1}`)
	equal(t, "where there is no body", errors.Is(err, io.ErrUnexpectedEOF), true)
}

func TestFaultHTMLAndDelay(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	task := "Task/" + v.makeOne(`{}`).Value
	v.fault(`{"kind":"html"}`)
	a := r.call(task+"/info").want(t, 200, "<html>")
	equal(t, "type", a.header.Get("Content-Type"), "text/html; charset=utf-8")
	v.fault(`{"kind":"delay","seconds":0.3}`)
	begin := time.Now()
	r.call(task+"/info").want(t, 200, "TaskInfo")
	equal(t, "delayed", time.Since(begin) >= 300*time.Millisecond, true)
}

func TestFaultOfVSphere(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		task := v.makeOne(`{}`)
		v.fault(`{"kind":"fault","match":"UpdateProgress","fault":{"_typeName":"NoPermission","privilegeId":"Task.Update","faultstring":"No & never"}}`)
		err := setProgress(c, task, 7)
		equal(t, "privilege", wantFault[types.NoPermission](t, err).PrivilegeId, "Task.Update")
		equal(t, "message", strings.Contains(err.Error(), "No & never"), true)
		equal(t, "progress", v.taskInfo(task).Progress, 0)

		v.fault(`{"kind":"fault","match":"WaitForUpdatesEx","fault":{"_typeName":"InvalidCollectorVersion"}}`)
		w := newWaiter(t, c, task)
		_, err = w.next("", types.WaitOptions{})
		wantFault[types.InvalidCollectorVersion](t, err)
		w.must("")
	})
}

// During a wait: the client gets the change later, because it repeats the request with its version.
func TestFaultsDuringWait(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"reset_after", "cut"} {
		onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
			task := v.makeOne(`{}`)
			w := newWaiter(t, c, task)
			version := w.must("").Version
			v.fault(`{"kind":"` + kind + `","match":"WaitForUpdatesEx"}`)
			_, err := w.during(v, version, func() { _ = v.tasks.find(task.Value).setStateNow(types.TaskInfoStateSuccess) })
			equal(t, "lost", err != nil, true)
			equal(t, "state", changesOf(w.must(version))["info.state"], any(types.TaskInfoStateSuccess))
		})
	}
}

func TestPendingFaults(t *testing.T) {
	t.Parallel()
	v := start(t)
	v.fault(`{"kind":"status","protocol":"soap","count":3}`)
	v.fault(`{"kind":"reset_before","match":"never"}`)
	v.raw().login() // not SOAP
	c := v.raw()
	a, err := c.send(http.MethodPost, "/sdk", "<x/>")
	check(t, err)
	a.want(t, 503)
	var pending []map[string]any
	v.ask("GET", "/faults", "", &pending)
	equal(t, "pending", len(pending), 2)
	equal(t, "count", pending[0]["count"], any(2.0))
	v.ask("DELETE", "/faults", "", &pending)
	equal(t, "pending", len(pending), 0)
	if _, err := json.Marshal(pending); err != nil {
		t.Error(err)
	}
}
