// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

var ctx = context.Background()

func cancel(c *vim25.Client, task types.ManagedObjectReference) error {
	_, err := methods.CancelTask(ctx, c, &types.CancelTask{This: task})
	return err
}

func setState(c *vim25.Client, task types.ManagedObjectReference, state types.TaskInfoState, result any, fault types.BaseMethodFault) error {
	req := &types.SetTaskState{This: task, State: state, Result: result}
	if fault != nil {
		req.Fault = &types.LocalizedMethodFault{Fault: fault}
	}
	_, err := methods.SetTaskState(ctx, c, req)
	return err
}

func setProgress(c *vim25.Client, task types.ManagedObjectReference, percent int32) error {
	_, err := methods.UpdateProgress(ctx, c, &types.UpdateProgress{This: task, PercentDone: percent})
	return err
}

func describe(c *vim25.Client, task types.ManagedObjectReference, text string) error {
	_, err := methods.SetTaskDescription(ctx, c, &types.SetTaskDescription{This: task, Description: types.LocalizableMessage{Key: "k", Message: text}})
	return err
}

func TestCancelNotCancelable(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		task := v.makeOne(`{"cancelable":false}`)
		wantFault[types.NotSupported](t, cancel(c, task))
		equal(t, "cancelled", v.taskInfo(task).Cancelled, false)
	})
}

func TestCancelFinished(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		for _, state := range []string{"success", "error"} {
			wantFault[types.InvalidState](t, cancel(c, v.makeOne(`{"cancelable":true,"state":"`+state+`"}`)))
		}
	})
}

// A cancellation is accepted immediately, and the task ends later. Another request before that has no effect.
func TestCancelIsAsynchronous(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		for _, state := range []string{"queued", "running"} {
			task := v.makeOne(`{"cancelable":true,"cancel_delay":0.3,"state":"` + state + `"}`)
			check(t, cancel(c, task))
			info := v.taskInfo(task)
			equal(t, "state", string(info.State), state)
			equal(t, "cancelled", info.Cancelled, true)
			check(t, cancel(c, task))

			eventually(t, "the task ends", func() bool { return v.taskInfo(task).State == types.TaskInfoStateError })
			info = v.taskInfo(task)
			equal(t, "message", info.Error.LocalizedMessage, "The task was canceled by a user.")
			if _, ok := info.Error.Fault.(*types.RequestCanceled); !ok {
				t.Errorf("error is %T", info.Error.Fault)
			}
			wantFault[types.InvalidState](t, cancel(c, task))
		}
	})
}

// Only the client that created a task ends it. For this client, a cancellation is a flag that it can ignore.
func TestCancelOfOwnTasks(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		created, err := createTask(c, types.CreateTask{Obj: *v.entity(), Cancelable: true})
		check(t, err)
		check(t, cancel(c, created.Task))
		// The server ends this one, so the time to end the other one has also passed.
		other := v.makeOne(`{"cancelable":true}`)
		check(t, cancel(c, other))
		eventually(t, "the task ends", func() bool { return v.taskInfo(other).State == types.TaskInfoStateError })
		info := v.taskInfo(created.Task)
		equal(t, "state", info.State, types.TaskInfoStateQueued)
		equal(t, "cancelled", info.Cancelled, true)
		check(t, setState(c, created.Task, types.TaskInfoStateError, nil, &types.ExtendedFault{FaultTypeId: "stopped"}))
	}, "--cancel-delay", "20ms")
}

func TestSetTaskStateRefusals(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		task := v.makeOne(`{"state":"queued"}`)
		wantFault[types.InvalidState](t, setState(c, task, types.TaskInfoStateRunning, "result", nil))
		wantFault[types.InvalidState](t, setState(c, task, types.TaskInfoStateError, "result", nil))
		wantFault[types.InvalidState](t, setState(c, task, types.TaskInfoStateSuccess, nil, &types.GenericVmConfigFault{}))
		wantFault[types.InvalidState](t, setState(c, task, types.TaskInfoStateError, nil, &types.NotSupported{}))
		wantFault[types.InvalidState](t, setState(c, task, types.TaskInfoStateError, nil, &types.SystemError{}))
		equal(t, "state", v.taskInfo(task).State, types.TaskInfoStateQueued)

		check(t, setState(c, task, types.TaskInfoStateRunning, nil, nil))
		started := v.taskInfo(task).StartTime
		check(t, setState(c, task, types.TaskInfoStateRunning, nil, nil))
		equal(t, "start time", v.taskInfo(task).StartTime.Equal(*started), true)
		check(t, setState(c, task, types.TaskInfoStateError, nil, &types.ExtendedFault{FaultTypeId: "vsphere.tasks"}))
		info := v.taskInfo(task)
		equal(t, "fault", info.Error.Fault.(*types.ExtendedFault).FaultTypeId, "vsphere.tasks")
		equal(t, "completed", info.CompleteTime != nil, true)
		wantFault[types.InvalidState](t, setState(c, task, types.TaskInfoStateRunning, nil, nil))
		wantFault[types.InvalidState](t, setState(c, task, types.TaskInfoStateError, nil, nil))

		task = v.makeOne(`{}`)
		check(t, setState(c, task, types.TaskInfoStateSuccess, *v.entity(), nil))
		equal(t, "result", v.taskInfo(task).Result.(types.ManagedObjectReference), *v.entity())
	})
}

func TestProgress(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		task := v.makeOne(`{}`)
		for sent, kept := range map[int32]int32{-5: 0, 0: 0, 42: 42, 100: 100, 142: 100} {
			check(t, setProgress(c, task, sent))
			equal(t, "progress", v.taskInfo(task).Progress, kept)
		}
		for _, state := range []string{"queued", "success", "error"} {
			wantFault[types.InvalidState](t, setProgress(c, v.makeOne(`{"state":"`+state+`"}`), 1))
		}
	})
}

// A progress of 0 differs from an unset one.
func TestProgressZero(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	soap := v.client("soap")
	task := v.makeOne(`{}`)
	seen := func() (json bool, path bool) {
		info := r.call("Task/" + task.Value + "/info").body
		var content []types.ObjectContent
		check(t, property.DefaultCollector(soap).Retrieve(ctx, []types.ManagedObjectReference{task}, []string{"info.progress"}, &content))
		return strings.Contains(info, `"progress":0,"reason"`), len(content[0].PropSet) == 1
	}
	json, path := seen()
	equal(t, "before", [2]bool{json, path}, [2]bool{false, false})
	check(t, setProgress(soap, task, 0))
	json, path = seen()
	equal(t, "after", [2]bool{json, path}, [2]bool{true, true})
}

func TestReadonlyUser(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"json", "soap"} {
		v := start(t)
		c := v.client(protocol, v.config.ReadonlyUser)
		task := v.makeOne(`{"cancelable":true}`)
		for privilege, call := range map[string]func() error{
			"Task.Update":   func() error { return setState(c, task, types.TaskInfoStateSuccess, nil, nil) },
			"Task.Update ":  func() error { return setProgress(c, task, 1) },
			"Task.Update  ": func() error { return describe(c, task, "x") },
		} {
			refused := wantFault[types.NoPermission](t, call())
			equal(t, "privilege", refused.PrivilegeId, strings.TrimSpace(privilege))
			equal(t, "object", *refused.Object, task)
		}
		// govmomi has another spelling of this one in JSON
		_, err := methods.SetCustomValue(ctx, v.client("soap", v.config.ReadonlyUser), &types.SetCustomValue{This: task, Key: "owner", Value: "me"})
		equal(t, "privilege", wantFault[types.NoPermission](t, err).PrivilegeId, "Global.SetCustomField")
		_, err = createTask(c, types.CreateTask{Obj: *v.entity()})
		equal(t, "privilege", wantFault[types.NoPermission](t, err).PrivilegeId, "Task.Create")
		_, err = methods.PowerOffVM_Task(ctx, c, &types.PowerOffVM_Task{This: *v.entity()})
		equal(t, "privilege", wantFault[types.NoPermission](t, err).PrivilegeId, "VirtualMachine.Interact.PowerOff")

		var object mo.Task
		check(t, property.DefaultCollector(c).RetrieveOne(ctx, task, nil, &object))
		equal(t, "state", object.Info.State, types.TaskInfoStateRunning)
		equal(t, "privilege", wantFault[types.NoPermission](t, cancel(c, task)).PrivilegeId, "Global.CancelTask")
		own := v.makeOne(`{"cancelable":true,"user":"VSPHERE.LOCAL\\reader"}`)
		check(t, cancel(c, own)) // requires no privilege
	}
}

func setValue(c *vim25.Client, task types.ManagedObjectReference, name, value string) error {
	_, err := methods.SetCustomValue(ctx, c, &types.SetCustomValue{This: task, Key: name, Value: value})
	return err
}

func TestCustomValues(t *testing.T) {
	t.Parallel()
	v := start(t)
	c := v.client("soap")
	r := v.raw().login()
	task := v.makeOne(`{}`)
	for name, moType := range map[string]string{"owner": "Task", "all": "", "vm": "VirtualMachine"} {
		_, err := methods.AddCustomFieldDef(ctx, c, &types.AddCustomFieldDef{This: *c.ServiceContent.CustomFieldsManager, Name: name, MoType: moType})
		check(t, err)
	}
	check(t, setValue(c, task, "owner", "you"))
	r.call("Task/"+task.Value+"/setCustomValue", `{"key":"owner","value":"me"}`).want(t, 204)
	r.call("Task/"+task.Value+"/setCustomValue", `{"key":"vm","value":"me"}`).want(t, 500, `"InvalidArgument","invalidProperty":"key"`)

	var object mo.Task
	check(t, property.DefaultCollector(c).RetrieveOne(ctx, task, []string{"availableField", "value"}, &object))
	names := []string{}
	for _, field := range object.AvailableField {
		names = append(names, field.Name)
	}
	equal(t, "fields", names, []string{"all", "owner"})
	equal(t, "values", len(object.Value), 1)
	equal(t, "value", object.Value[0].(*types.CustomFieldStringValue).Value, "me")
	r.call("Task/"+task.Value+"/value").want(t, 200, `"_typeName":"CustomFieldStringValue"`, `"value":"me"`)
	r.call("Task/"+task.Value+"/availableField").want(t, 200, `"name":"all"`, `"name":"owner"`)

	_, err := methods.SetField(ctx, c, &types.SetField{This: *c.ServiceContent.CustomFieldsManager, Entity: task, Value: "x"})
	wantFault[types.InvalidArgument](t, err)
}

func TestRecentTasks(t *testing.T) {
	t.Parallel()
	v := start(t)
	old := time.Now().Add(-time.Hour).Format(time.RFC3339)
	v.make(`{"state":"success","queue_time":"` + old + `"}`)
	last := v.make(`{"state":"success","count":250}`)
	recent := v.tasks.Get().(*mo.TaskManager).RecentTask
	equal(t, "recent tasks", len(recent), recentMost)
	equal(t, "the last one", recent[recentMost-1], last[249])
	v.ask("DELETE", "/tasks/"+last[249].Value, "", nil)
	equal(t, "after that", len(v.tasks.Get().(*mo.TaskManager).RecentTask), recentMost-1)

	v = start(t)
	v.make(`{"state":"success","queue_time":"` + old + `"}`)
	running := v.makeOne(`{"queue_time":"` + old + `"}`)
	var vm mo.VirtualMachine
	check(t, property.DefaultCollector(v.client("json")).RetrieveOne(ctx, *v.entity(), []string{"recentTask"}, &vm))
	equal(t, "recent tasks", vm.RecentTask, []types.ManagedObjectReference{running})
}
