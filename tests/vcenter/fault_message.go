// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"fmt"
	"reflect"

	"github.com/vmware/govmomi/vim25/types"
)

// faultMessages are vCenter's texts for faults. The simulator leaves most of them empty.
var faultMessages = map[string]string{
	"InvalidLocale":         "The locale is not supported.",
	"InvalidLogin":          "Cannot complete login due to an incorrect user name or password.",
	"InvalidProperty":       "The property is not valid.",
	"InvalidState":          "The operation is not allowed in the current state.",
	"ManagedObjectNotFound": "The object has already been deleted or has not been completely created",
	"NoCompatibleHost":      "No host is compatible with the virtual machine.",
	"NoPermission":          "Permission to perform this operation was denied.",
	"NotAuthenticated":      "The session is not authenticated.",
	"NotFound":              "The object or item referred to could not be found.",
	"NotSupported":          "The operation is not supported on the object.",
	"RequestCanceled":       "The task was canceled by a user.",
}

var powerStates = map[types.VirtualMachinePowerState]string{
	types.VirtualMachinePowerStatePoweredOff: "Powered off",
	types.VirtualMachinePowerStatePoweredOn:  "Powered on",
	types.VirtualMachinePowerStateSuspended:  "Suspended",
}

// messageOf is the text of a fault: its own text, or vCenter's text for its type.
func messageOf(fault types.BaseMethodFault) string {
	if own := fault.GetMethodFault(); own != nil && len(own.FaultMessage) > 0 && own.FaultMessage[0].Message != "" {
		return own.FaultMessage[0].Message
	}
	switch fault := fault.(type) {
	case *types.InvalidArgument:
		return "A specified parameter was not correct: " + fault.InvalidProperty
	case *types.InvalidPowerState:
		return fmt.Sprintf("The attempted operation cannot be performed in the current state (%s).", powerStates[fault.ExistingState])
	case *types.DuplicateName:
		return fmt.Sprintf("The name '%s' already exists.", fault.Name)
	}
	return messageOfType(reflect.TypeOf(fault).Elem().Name())
}

func messageOfType(typeName string) string {
	if message := faultMessages[typeName]; message != "" {
		return message
	}
	return "The operation failed: " + typeName + "."
}

// localized is a fault in the form inside data.
func localized(fault types.BaseMethodFault) *types.LocalizedMethodFault {
	return &types.LocalizedMethodFault{Fault: fault, LocalizedMessage: messageOf(fault)}
}
