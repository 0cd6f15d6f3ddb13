// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// vmDefaults sets the states of a virtual machine that the simulator leaves empty, which is no value of theirs:
// pyVmomi refuses to read such a machine.
type vmDefaults struct{}

func newVMDefaults(registry *simulator.Registry) {
	for _, vm := range registry.All("VirtualMachine") {
		vmDefaults{}.PutObject(nil, vm)
	}
	registry.AddHandler(vmDefaults{})
}

// Reference tells the registry's handlers apart.
func (vmDefaults) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "vmDefaults"}
}

// PutObject is told of each new object.
func (vmDefaults) PutObject(_ *simulator.Context, object mo.Reference) {
	if vm, ok := object.(*simulator.VirtualMachine); ok {
		vm.Runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateNotConfigured
		vm.Runtime.RecordReplayState = types.VirtualMachineRecordReplayStateInactive
		vm.Summary.Runtime.FaultToleranceState = vm.Runtime.FaultToleranceState
		vm.Summary.Runtime.RecordReplayState = vm.Runtime.RecordReplayState
	}
}

// UpdateObject is told of each change.
func (vmDefaults) UpdateObject(*simulator.Context, mo.Reference, []types.PropertyChange) {}

// RemoveObject is told of each object that goes.
func (vmDefaults) RemoveObject(*simulator.Context, types.ManagedObjectReference) {}
