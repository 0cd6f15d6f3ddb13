// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"reflect"

	"github.com/vmware/govmomi/vim25/types"
)

// readFault reads a fault in VI/JSON, in either form.
func (s *Server) readFault(data []byte, unknown bool) (*types.LocalizedMethodFault, error) {
	if unknown {
		return s.foreign.fault(data)
	}
	fault := &types.LocalizedMethodFault{}
	if err := decodeInto(data, fault); err != nil {
		return nil, err
	}
	if fault.LocalizedMessage == "" {
		fault.LocalizedMessage = messageOf(fault.Fault)
	}
	return fault, nil
}

// readResult reads any value in VI/JSON.
func (s *Server) readResult(data []byte, unknown bool) (value any, err error) {
	if len(data) == 0 {
		return nil, nil
	}
	if unknown {
		return s.foreign.result(data)
	}
	return value, decodeInto(data, &value)
}

// readReason reads a TaskReason in VI/JSON.
func (s *Server) readReason(data []byte, unknown bool) (reason types.BaseTaskReason, err error) {
	if unknown {
		return s.foreign.reason(data)
	}
	return reason, decodeInto(data, &reason)
}

// decodeInto reads a value in VI/JSON of the type to which into points.
func decodeInto(data []byte, into any) error {
	tree, err := parseJSON(data)
	if err != nil {
		return err
	}
	declared := reflect.TypeOf(into).Elem()
	checked, err := checkValue(tree, declared, "value")
	if err != nil {
		return err
	}
	return decodeVim(encodeJSON(checked), into)
}
