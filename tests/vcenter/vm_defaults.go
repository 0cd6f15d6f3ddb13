// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// vmDefaults sets the states of a virtual machine that the simulator leaves empty. pyVmomi does not accept an empty
// state.
type vmDefaults struct{}

func newVMDefaults(registry *simulator.Registry) {
	for _, vm := range registry.All("VirtualMachine") {
		vmDefaults{}.PutObject(nil, vm)
	}
	registry.AddHandler(vmDefaults{})
}

// Reference distinguishes the registry's handlers.
func (vmDefaults) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "vmDefaults"}
}

// PutObject is called for each new object.
func (vmDefaults) PutObject(_ *simulator.Context, object mo.Reference) {
	if vm, ok := object.(*simulator.VirtualMachine); ok {
		vm.Runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateNotConfigured
		vm.Runtime.RecordReplayState = types.VirtualMachineRecordReplayStateInactive
		vm.Summary.Runtime.FaultToleranceState = vm.Runtime.FaultToleranceState
		vm.Summary.Runtime.RecordReplayState = vm.Runtime.RecordReplayState
	}
}

// UpdateObject is called for each change.
func (vmDefaults) UpdateObject(*simulator.Context, mo.Reference, []types.PropertyChange) {}

// RemoveObject is called for each removed object.
func (vmDefaults) RemoveObject(*simulator.Context, types.ManagedObjectReference) {}
