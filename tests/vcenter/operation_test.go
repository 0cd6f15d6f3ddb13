// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"testing"
	"time"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func powerOff(t *testing.T, v *vcenter, c *vim25.Client) types.ManagedObjectReference {
	t.Helper()
	started, err := methods.PowerOffVM_Task(ctx, c, &types.PowerOffVM_Task{This: *v.entity()})
	check(t, err)
	return started.Returnval
}

func clone(t *testing.T, v *vcenter, c *vim25.Client, name string) types.ManagedObjectReference {
	t.Helper()
	var vm mo.VirtualMachine
	check(t, property.DefaultCollector(c).RetrieveOne(ctx, *v.entity(), []string{"parent"}, &vm))
	started, err := methods.CloneVM_Task(ctx, c, &types.CloneVM_Task{This: *v.entity(), Folder: *vm.Parent, Name: name})
	check(t, err)
	return started.Returnval
}

func (v *vcenter) ends(task types.ManagedObjectReference) types.TaskInfo {
	v.t.Helper()
	eventually(v.t, "the task ends", func() bool { return isFinal(v.taskInfo(task).State) })
	return v.taskInfo(task)
}

// The tasks of operations have the form of a vCenter's tasks.
func TestOperation(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		info := v.ends(powerOff(t, v, c))
		equal(t, "state", info.State, types.TaskInfoStateSuccess)
		equal(t, "name", info.Name, "PowerOffVM_Task")
		equal(t, "description id", info.DescriptionId, "VirtualMachine.powerOff")
		equal(t, "entity name", info.EntityName, "DC0_H0_VM0")
		equal(t, "user", info.Reason.(*types.TaskReasonUser).UserName, `VSPHERE.LOCAL\Administrator`)
		equal(t, "cancelable", info.Cancelable, false)

		info = v.ends(powerOff(t, v, c))
		equal(t, "state", info.State, types.TaskInfoStateError)
		equal(t, "message", info.Error.LocalizedMessage, "The attempted operation cannot be performed in the current state (Powered off).")

		task := clone(t, v, c, "clone")
		info = v.ends(task)
		equal(t, "description id", info.DescriptionId, "VirtualMachine.clone")
		equal(t, "cancelable", info.Cancelable, true)
		equal(t, "result", info.Result.(types.ManagedObjectReference).Type, "VirtualMachine")
		// A manager is not an object of the inventory.
		datacenter := v.registry.Any("Datacenter").Reference()
		made, err := methods.CreateVirtualDisk_Task(ctx, c, &types.CreateVirtualDisk_Task{
			This: *v.content().VirtualDiskManager, Name: "[LocalDS_0] " + c.Path() + ".vmdk", Datacenter: &datacenter,
			Spec: &types.FileBackedVirtualDiskSpec{CapacityKb: 1024},
		})
		check(t, err)
		info = v.ends(made.Returnval)
		equal(t, "entity", *info.Entity, v.content().RootFolder)
		equal(t, "entity name", info.EntityName, "Datacenters")

		equal(t, "tasks", len(v.tasks.history), 4) // without the internal tasks of the simulator for the clone
	})
}

// An operation that is too much for the simulator, which does not destroy the folders in a folder, fails.
func TestPanic(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		parent := v.content().RootFolder
		var folders []types.ManagedObjectReference
		for _, name := range []string{"outer", "inner"} {
			made, err := methods.CreateFolder(ctx, c, &types.CreateFolder{This: parent, Name: name})
			check(t, err)
			parent = made.Returnval
			folders = append(folders, parent)
		}
		var infos []types.TaskInfo
		for _, folder := range folders {
			destroying, err := methods.Destroy_Task(ctx, c, &types.Destroy_Task{This: folder})
			check(t, err)
			infos = append(infos, v.ends(destroying.Returnval))
		}
		equal(t, "outer", infos[0].State, types.TaskInfoStateSuccess)
		equal(t, "inner", infos[1].State, types.TaskInfoStateError)
		equal(t, "reason", infos[1].Error.Fault.(*types.SystemError).Reason, "interface conversion: mo.Reference is nil, not *simulator.Folder")
	})
}

// During a delayed operation, its progress increases, and clients can read its entity.
func TestDelayedOperation(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		begin := time.Now()
		task := powerOff(t, v, c)
		equal(t, "starting it takes the whole time", isFinal(v.taskInfo(task).State), false)
		seen, meanwhile := map[int32]bool{}, false
		eventually(t, "the task ends", func() bool {
			info := v.taskInfo(task)
			if info.State == types.TaskInfoStateRunning {
				seen[info.Progress] = true
				var vm mo.VirtualMachine
				check(t, property.DefaultCollector(c).RetrieveOne(ctx, *v.entity(), []string{"runtime.powerState"}, &vm))
				meanwhile = meanwhile || !isFinal(v.taskInfo(task).State)
				isOn := vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn
				equal(t, "it is on, or the delay is over", isOn || time.Since(begin) >= 2*time.Second, true)
			}
			return isFinal(info.State)
		})
		equal(t, "the entity can be read meanwhile", meanwhile, true)
		equal(t, "took its time", time.Since(begin) >= 2*time.Second, true)
		if len(seen) < 5 {
			t.Errorf("progress seen: %v", seen)
		}
		info := v.taskInfo(task)
		equal(t, "state", info.State, types.TaskInfoStateSuccess)
		equal(t, "progress", info.Progress, 100)
		wantFault[types.InvalidState](t, cancel(c, task))
	}, "--delay", "PowerOffVM=2s")
}

// A canceled operation is not carried out, and its task keeps its end.
func TestCancelOperation(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		task := clone(t, v, c, "clone")
		check(t, cancel(c, task))
		equal(t, "state", v.taskInfo(task).State, types.TaskInfoStateRunning)
		info := v.ends(task)
		if _, ok := info.Error.Fault.(*types.RequestCanceled); !ok {
			t.Errorf("error is %T", info.Error.Fault)
		}
		v.ends(clone(t, v, c, "other")) // by then, the delay of the first is over, too
		equal(t, "the task", v.taskInfo(task), info)
		equal(t, "virtual machines", len(v.registry.All("VirtualMachine")), 5)
	}, "--delay", "CloneVM_Task=500ms")
}
