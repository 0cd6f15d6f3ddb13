// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// privileges contains the published privileges of the methods that users of this server call. Other methods need none.
var privileges = map[string]string{
	"Task.SetTaskState":       "Task.Update",
	"Task.SetTaskDescription": "Task.Update",
	"Task.UpdateProgress":     "Task.Update",
	"TaskManager.CreateTask":  "Task.Create",

	"PropertyCollector.CreateFilter":            "System.View",
	"PropertyCollector.CreatePropertyCollector": "System.View",
	"PropertyCollector.WaitForUpdatesEx":        "System.View",
	"TaskManager.CreateCollectorForTasks":       "System.View",
	"ExtensionManager.FindExtension":            "System.View",

	"CustomFieldsManager.AddCustomFieldDef":    "Global.ManageCustomFields",
	"CustomFieldsManager.RemoveCustomFieldDef": "Global.ManageCustomFields",
	"CustomFieldsManager.RenameCustomFieldDef": "Global.ManageCustomFields",
	"CustomFieldsManager.SetField":             "Global.SetCustomField",

	"ExtensionManager.RegisterExtension":   "Extension.Register",
	"ExtensionManager.UpdateExtension":     "Extension.Update",
	"ExtensionManager.UnregisterExtension": "Extension.Unregister",
	"SessionManager.TerminateSession":      "Sessions.TerminateSession",

	"VirtualMachine.PowerOnVM_Task":          "VirtualMachine.Interact.PowerOn",
	"VirtualMachine.PowerOffVM_Task":         "VirtualMachine.Interact.PowerOff",
	"VirtualMachine.SuspendVM_Task":          "VirtualMachine.Interact.Suspend",
	"VirtualMachine.ResetVM_Task":            "VirtualMachine.Interact.Reset",
	"VirtualMachine.CloneVM_Task":            "VirtualMachine.Provisioning.Clone",
	"VirtualMachine.RelocateVM_Task":         "Resource.ColdMigrate",
	"VirtualMachine.CreateSnapshot_Task":     "VirtualMachine.State.CreateSnapshot",
	"VirtualMachine.CreateSnapshotEx_Task":   "VirtualMachine.State.CreateSnapshot",
	"VirtualMachine.RemoveAllSnapshots_Task": "VirtualMachine.State.RemoveSnapshot",
	"VirtualMachine.Destroy_Task":            "VirtualMachine.Inventory.Delete",
	"Folder.CreateVM_Task":                   "VirtualMachine.Inventory.Create",
	"HostSystem.EnterMaintenanceMode_Task":   "Host.Config.Maintenance",
	"HostSystem.ExitMaintenanceMode_Task":    "Host.Config.Maintenance",
}

// privilegeFor returns the privilege that a method requires, or an empty string if it requires none.
func (s *Server) privilegeFor(ctx *simulator.Context, ref types.ManagedObjectReference, method string) string {
	switch method {
	case "setCustomValue":
		return "Global.SetCustomField"
	case "CancelTask":
		if task, ok := ctx.Map.Get(ref).(*Task); ok && !task.isOf(ctx.Session.UserName) {
			return "Global.CancelTask"
		}
	}
	return privileges[ref.Type+"."+method]
}
