// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"context"
	"testing"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// Independent clients use the server over both protocols, and get the same data.
func TestBothProtocolsSeeTheSame(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	v := start(t, "--wrapped-faults") // the only form that govmomi reads
	clients := map[string]*vim25.Client{"json": v.client("json"), "soap": v.client("soap")}
	for driver, c := range clients {
		created, err := createTask(c, types.CreateTask{Obj: types.ManagedObjectReference{Type: "VirtualMachine", Value: "vm-65"}, Cancelable: true, ActivationId: "act-1"})
		check(t, err)
		ref := created.Task
		_, err = methods.SetTaskState(ctx, c, &types.SetTaskState{This: ref, State: types.TaskInfoStateRunning})
		check(t, err)
		_, err = methods.UpdateProgress(ctx, c, &types.UpdateProgress{This: ref, PercentDone: 42})
		check(t, err)
		_, err = methods.SetTaskDescription(ctx, c, &types.SetTaskDescription{This: ref, Description: types.LocalizableMessage{Key: "k", Message: "copying"}})
		check(t, err)
		_, err = methods.SetTaskState(ctx, c, &types.SetTaskState{This: ref, State: types.TaskInfoStateError, Fault: &types.LocalizedMethodFault{
			Fault: &types.GenericVmConfigFault{Reason: "disk"}, LocalizedMessage: "it broke",
		}})
		check(t, err)

		seen := map[string]types.TaskInfo{}
		for reader, c := range clients {
			var object mo.Task
			check(t, property.DefaultCollector(c).RetrieveOne(ctx, ref, []string{"info"}, &object))
			seen[reader] = object.Info
		}
		equal(t, "the task of "+driver, seen["json"], seen["soap"])
		info := seen["json"]
		equal(t, "state", info.State, types.TaskInfoStateError)
		equal(t, "progress", info.Progress, 42)
		equal(t, "description", info.Description.Message, "copying")
		equal(t, "message", info.Error.LocalizedMessage, "it broke")
		equal(t, "fault", info.Error.Fault.(*types.GenericVmConfigFault).Reason, "disk")
		equal(t, "activation id", info.ActivationId, "act-1")
		equal(t, "entity", info.EntityName, "DC0_H0_VM1")
	}
	equal(t, "open sessions", len(v.sessions.keys()), 2)
}

// A task exists when CreateTask returns, over both protocols.
func TestCreateTaskIsAtOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		for range 20 {
			created, err := createTask(c, types.CreateTask{Obj: *v.entity()})
			check(t, err)
			var object mo.Task
			check(t, property.DefaultCollector(c).RetrieveOne(ctx, created.Task, []string{"info"}, &object))
		}
		_, err := createTask(c, types.CreateTask{Obj: *v.entity(), TaskTypeId: "bogus"})
		wantFault[types.InvalidArgument](t, err)
		_, err = createTask(c, types.CreateTask{Obj: types.ManagedObjectReference{Type: "VirtualMachine", Value: "vm-0"}})
		wantFault[types.ManagedObjectNotFound](t, err)
	})
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	v := start(t)
	for _, protocol := range []string{"json", "soap"} {
		c := v.anonymous(protocol)
		for _, login := range []types.Login{{UserName: v.config.User, Password: "bad"}, {UserName: "nobody", Password: v.config.Password}} {
			login.This = *c.ServiceContent.SessionManager
			_, err := methods.Login(context.Background(), c, &login)
			wantFault[types.InvalidLogin](t, err)
		}
	}
}

func (v *vcenter) entity() *types.ManagedObjectReference {
	entity := v.defaultEntity()
	return &entity
}

// createTask creates a task of the default type, unless another one is named.
func createTask(c *vim25.Client, req types.CreateTask) (types.TaskInfo, error) {
	req.This = *c.ServiceContent.TaskManager
	if req.TaskTypeId == "" {
		req.TaskTypeId = defaultTaskType
	}
	result, err := methods.CreateTask(context.Background(), c, &req)
	if err != nil {
		return types.TaskInfo{}, err
	}
	return result.Returnval, nil
}
