// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// Task is the simulator's task with the published behavior of the API. The property collector uses its name as the type
// of the managed object.
type Task struct {
	*simulator.Task

	registry    *simulator.Registry
	made        time.Time     // when the server got the task
	operation   *operation    // nil for a task of a client or a test
	byClient    bool          // made by CreateTask, so the client ends it
	cancelDelay time.Duration // from an accepted CancelTask to the end
	canceled    chan struct{} // closed by the first CancelTask
	forbidden   atomic.Bool   // the server withholds its info from all users
	progressed  atomic.Bool   // the progress was set, even to 0
	ended       atomic.Int64  // the end in Unix time, for readers without the lock, or 0
}

// background is a context for internal work of the server. It shares no lock with a request.
func background(registry *simulator.Registry) *simulator.Context {
	return &simulator.Context{Context: context.Background(), Map: registry}
}

func change(name string, value any) types.PropertyChange {
	return types.PropertyChange{Name: name, Val: value}
}

func (t *Task) done() bool {
	return isFinal(t.Info.State)
}

func isFinal(state types.TaskInfoState) bool {
	return state == types.TaskInfoStateSuccess || state == types.TaskInfoStateError
}

// locked runs f with the task locked, so that the task does not change in the meantime.
func (t *Task) locked(f func(ctx *simulator.Context)) {
	ctx := background(t.registry)
	ctx.WithLock(t, func() { f(ctx) })
}

// info is a copy that does not change.
func (t *Task) info() (info types.TaskInfo) {
	t.locked(func(*simulator.Context) { info = t.Info })
	return info
}

// isOf reports whether a user started the task.
func (t *Task) isOf(principal string) bool {
	reason, ok := t.info().Reason.(*types.TaskReasonUser)
	return ok && reason.UserName == principal
}

// setState sets the state and the members that belong to it. The task must be locked.
func (t *Task) setState(ctx *simulator.Context, state types.TaskInfoState, result any, fault *types.LocalizedMethodFault) {
	changes := []types.PropertyChange{change("info.state", state)}
	now := time.Now().UTC().Truncate(time.Microsecond)
	if state == types.TaskInfoStateRunning && t.Info.StartTime == nil {
		changes = append(changes, change("info.startTime", now))
	}
	if isFinal(state) {
		changes = append(changes, change("info.completeTime", now))
		t.ended.Store(now.Unix())
	}
	if result != nil {
		changes = append(changes, change("info.result", result))
	}
	if fault != nil {
		changes = append(changes, change("info.error", *fault))
	}
	ctx.Update(t, changes)
	t.forgetInTime()
}

// end finishes a task that has not ended.
func (t *Task) end(result any, fault *types.LocalizedMethodFault) {
	t.locked(func(ctx *simulator.Context) {
		switch {
		case t.done():
		case fault != nil:
			t.setState(ctx, types.TaskInfoStateError, nil, fault)
		default:
			if t.progressed.Load() {
				t.setProgress(ctx, 100)
			}
			t.setState(ctx, types.TaskInfoStateSuccess, result, nil)
		}
	})
}

// setProgress sets the percentage. The task must be locked.
func (t *Task) setProgress(ctx *simulator.Context, percent int32) {
	t.progressed.Store(true)
	ctx.Update(t, []types.PropertyChange{change("info.progress", min(max(percent, 0), 100))})
}

// SetTaskState rejects values that the API does not allow. The simulator accepts any result and fault.
func (t *Task) SetTaskState(ctx *simulator.Context, req *types.SetTaskState) soap.HasFault {
	if !slices.Contains(req.State.Values(), req.State) {
		return fault(&types.InvalidArgument{InvalidProperty: "state"})
	}
	misplaced := req.Result != nil && req.State != types.TaskInfoStateSuccess ||
		req.Fault != nil && req.State != types.TaskInfoStateError
	if t.done() || misplaced {
		return fault(&types.InvalidState{})
	}
	if req.Fault != nil {
		if _, ok := req.Fault.Fault.(types.BaseVimFault); !ok {
			return fault(&types.InvalidState{})
		}
		if req.Fault.LocalizedMessage == "" {
			req.Fault.LocalizedMessage = messageOf(req.Fault.Fault)
		}
	}
	t.setState(ctx, req.State, req.Result, req.Fault)
	return &methods.SetTaskStateBody{Res: &types.SetTaskStateResponse{}}
}

// UpdateProgress limits the percentage to its range.
func (t *Task) UpdateProgress(ctx *simulator.Context, req *types.UpdateProgress) soap.HasFault {
	if t.Info.State != types.TaskInfoStateRunning {
		return fault(&types.InvalidState{})
	}
	t.setProgress(ctx, req.PercentDone)
	return &methods.UpdateProgressBody{Res: &types.UpdateProgressResponse{}}
}

// CancelTask requests the cancellation. The task ends later, and another request before that has no effect. A task of a
// client gets only the flag, and the client ends it.
func (t *Task) CancelTask(ctx *simulator.Context, _ *types.CancelTask) soap.HasFault {
	switch {
	case t.done():
		return fault(&types.InvalidState{})
	case !t.Info.Cancelable:
		return fault(&types.NotSupported{})
	case !t.Info.Cancelled:
		ctx.Update(t, []types.PropertyChange{change("info.cancelled", true)})
		close(t.canceled)
		if t.operation == nil && !t.byClient {
			time.AfterFunc(t.cancelDelay, func() { t.end(nil, localized(&types.RequestCanceled{})) })
		}
	}
	return &methods.CancelTaskBody{Res: &types.CancelTaskResponse{}}
}

// SetCustomValue exists in the simulator only for inventory objects.
func (t *Task) SetCustomValue(ctx *simulator.Context, req *types.SetCustomValue) soap.HasFault {
	fields := t.fields(ctx)
	i := slices.IndexFunc(fields, func(f types.CustomFieldDef) bool { return f.Name == req.Key })
	if i < 0 {
		return fault(&types.InvalidArgument{InvalidProperty: "key"})
	}
	key := fields[i].Key
	others := slices.DeleteFunc(slices.Clone(t.Value), func(v types.BaseCustomFieldValue) bool {
		return v.GetCustomFieldValue().Key == key
	})
	ctx.Update(t, []types.PropertyChange{change("value", append(others, &types.CustomFieldStringValue{
		CustomFieldValue: types.CustomFieldValue{Key: key},
		Value:            req.Value,
	}))})
	return &methods.SetCustomValueBody{Res: &types.SetCustomValueResponse{}}
}

// fields are the custom fields of tasks, sorted by name.
func (t *Task) fields(ctx *simulator.Context) []types.CustomFieldDef {
	fields := simulator.GetCustomFieldsAvailable(ctx, &t.Self)
	slices.SortFunc(fields, func(a, b types.CustomFieldDef) int {
		switch {
		case a.Name < b.Name:
			return -1
		case a.Name > b.Name:
			return 1
		}
		return 0
	})
	return fields
}

// Get returns the data for the property collector.
func (t *Task) Get() mo.Reference {
	object := t.Task.Task
	object.AvailableField = t.fields(background(t.registry))
	return &object
}
