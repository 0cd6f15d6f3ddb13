// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25"
)

// Each kind of failure leaves the task as its rule says, and the log tells so.
func TestFaultsBeforeAndAfterTheExecution(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		rules := []string{
			`"kind":"reset_before"`, `"kind":"cut"`, `"kind":"cut","in":"header"`, `"kind":"late"`, `"kind":"delay"`,
			`"kind":"redirect"`, `"kind":"status","status":101`, `"kind":"html","status":403`, `"kind":"mislabeled"`,
			`"kind":"fault","fault":{"_typeName":"NotAuthenticated"}`,
		}
		for _, rule := range rules {
			for name, carriedOut := range map[string]bool{"false": false, "true": true} {
				task := v.makeOne(`{}`)
				v.fault(`{` + rule + `,"seconds":0.01,"carried_out":` + name + `,"match":"UpdateProgress$"}`)
				_ = setProgress(c, task, 7)
				equal(t, rule+" "+name, v.taskInfo(task).Progress == 7, carriedOut)
				log := v.log.last(1)
				equal(t, rule+" logged "+name, log[0].Executed, carriedOut)
			}
		}
	})
}

func TestAnswersThatArriveTooLate(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	for kind, carriedOut := range map[string]bool{"delay": false, "late": true} {
		task := v.makeOne(`{}`)
		v.fault(`{"kind":"` + kind + `","seconds":60,"match":"UpdateProgress$"}`)
		r.http.Timeout = time.Second
		_, err := r.send(http.MethodPost, vijsonPrefix+"9.0.0.0/Task/"+task.Value+"/UpdateProgress", `{"percentDone":7}`)
		equal(t, kind+" fails", err != nil, true)
		equal(t, kind, v.taskInfo(task).Progress == 7, carriedOut)
	}
}

func TestAMislabeledAnswerIsTheServersOwn(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	v.fault(`{"kind":"mislabeled","headers":{"X-Front":"end"}}`)
	a := r.call("Task/"+v.makeOne(`{}`).Value+"/info").want(t, 200, "TaskInfo")
	equal(t, "type", a.header.Get("Content-Type"), "text/plain")
	equal(t, "header", a.header.Get("X-Front"), "end")
}
