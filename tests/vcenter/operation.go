// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type execution func(*simulator.Task) (types.AnyType, types.BaseMethodFault)

// operation is the work of a task of the simulator, with its duration.
type operation struct {
	execute execution
	ctx     *simulator.Context // the context of the request that started it
	delay   time.Duration
}

// cancelableOperations are the operations that users of a vCenter can cancel, without _Task.
var cancelableOperations = map[string]bool{
	"CloneVM": true, "CloneVApp": true, "RelocateVM": true, "MigrateVM": true, "EnterMaintenanceMode": true,
	"CopyDatastoreFile": true, "MoveDatastoreFile": true, "CopyVirtualDisk": true, "MoveVirtualDisk": true,
}

// adopt turns a task of the simulator into a Task, whose work is done by run. This happens when the simulator starts
// the task, because then it knows the request. Further tasks that the simulator starts for the request stay internal.
func (m *TaskManager) adopt(ctx *simulator.Context, own *simulator.Task) {
	own.Execute = withoutPanic(own.Execute)
	c := callOf(ctx)
	if c == nil || c.task != nil || !strings.HasSuffix(c.method, "_Task") {
		return
	}
	task := m.newTask(own)
	c.task = task
	task.operation = &operation{execute: own.Execute, ctx: ctx, delay: m.config.delay(c.method)}
	task.progressed.Store(task.operation.delay > 0)
	own.Execute = func(*simulator.Task) (types.AnyType, types.BaseMethodFault) {
		task.run()
		// The simulator would now set the outcome, with its own names for messages, and also for a canceled task.
		runtime.Goexit()
		return nil, nil
	}

	info := &task.Info
	info.Name = c.method
	info.DescriptionId = m.descriptionID(info.DescriptionId, c.method)
	info.Cancelable = cancelableOperations[strings.TrimSuffix(c.method, "_Task")]
	if _, ok := m.registry.Get(*info.Entity).(mo.Entity); !ok {
		// An operation of a manager or of a part of a host: the entity of a task is an object of the inventory.
		root := m.registry.Get(vim25.ServiceInstance).(*simulator.ServiceInstance).Content.RootFolder
		info.Entity = &root
	}
	info.EntityName = entityName(m.registry, *info.Entity)
	info.Reason = &types.TaskReasonUser{UserName: ctx.Session.UserName}
	info.QueueTime = info.QueueTime.UTC().Truncate(time.Microsecond)
	started := info.StartTime.UTC().Truncate(time.Microsecond)
	info.StartTime = &started
	if m.config.ESX {
		m.rename(ctx, task)
	}
	m.registry.Put(task)
}

// withoutPanic lets an operation fail where the simulator panics, which would end the process.
func withoutPanic(execute execution) execution {
	return func(task *simulator.Task) (result types.AnyType, fault types.BaseMethodFault) {
		defer func() {
			if failure := recover(); failure != nil {
				tell(task.Info.Name, failure)
				fault = &types.SystemError{Reason: fmt.Sprint(failure)}
			}
		}()
		return execute(task)
	}
}

// rename gives a task of the simulator the ID of an ESXi task.
func (m *TaskManager) rename(ctx *simulator.Context, task *Task) {
	m.registry.Remove(ctx, task.Self)
	task.Self = m.newReference(*task.Info.Entity, task.Info.DescriptionId)
	task.Info.Key, task.Info.Task = task.Self.Value, task.Self
}

// descriptionID finds the published ID of an operation. The simulator invents some IDs, such as VirtualMachine.cloneVm
// for VirtualMachine.clone.
func (m *TaskManager) descriptionID(given, method string) string {
	moType, _, _ := strings.Cut(given, ".")
	name := lowerFirst(strings.TrimSuffix(method, "_Task"))
	for _, id := range []string{given, moType + "." + name, moType + "." + strings.TrimSuffix(name, "VM")} {
		for _, info := range m.Description.MethodInfo {
			if key := info.GetElementDescription().Key; key == id || id == "VirtualMachine.reconfig" && key == "VirtualMachine.reconfigure" {
				return key
			}
		}
	}
	return given
}

// run waits for the duration, which a cancellation shortens, and does the work.
func (t *Task) run() {
	op := t.operation
	entity := &lockable{*t.Info.Entity}

	// The simulator locks the entity for its task, so that no client could read the entity in the meantime. The locks of
	// a context are counted: this takes another one to be able to release both.
	release := op.ctx.Map.AcquireLock(op.ctx, entity)
	release()
	release()

	if t.pass(op.delay, func(done float64) int32 { return int32(100 * done) }) {
		time.Sleep(t.cancelDelay)
		t.end(nil, localized(&types.RequestCanceled{}))
		return
	}
	release = op.ctx.Map.AcquireLock(op.ctx, entity)
	result, fault := op.execute(t.Task)
	release()
	if fault != nil {
		t.end(nil, localized(fault))
		return
	}
	t.end(result, nil)
}

// pass waits, and sets the progress that percent returns for each part of the time. It reports whether the task was
// canceled. Without percent, the task has no progress.
func (t *Task) pass(duration time.Duration, percent func(done float64) int32) (canceled bool) {
	if duration <= 0 {
		return false
	}
	start := time.Now()
	over := time.NewTimer(duration)
	defer over.Stop()
	var tick <-chan time.Time
	if percent != nil {
		ticker := time.NewTicker(max(duration/50, 20*time.Millisecond))
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		select {
		case <-t.canceled:
			return true
		case <-over.C:
			return false
		case <-tick:
			passed := min(time.Since(start), duration)
			now := percent(float64(passed) / float64(duration))
			t.locked(func(ctx *simulator.Context) {
				if t.Info.State == types.TaskInfoStateRunning && t.Info.Progress != now {
					t.setProgress(ctx, now)
				}
			})
		}
	}
}

// lockable names an object for the registry's locks in the way of the simulator.
type lockable struct{ Self types.ManagedObjectReference }

func (l *lockable) Reference() types.ManagedObjectReference { return l.Self }

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
