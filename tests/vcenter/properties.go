// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"reflect"
	"strings"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// managedType finds the declaration of a managed object type.
func managedType(name string) (found reflect.Type, ok bool) {
	// The table of these types is private to govmomi, and its accessor panics for an unknown name.
	defer func() { _ = recover() }()
	object, err := mo.ObjectContentToType(types.ObjectContent{Obj: types.ManagedObjectReference{Type: name}})
	if err != nil {
		return nil, false
	}
	return reflect.TypeOf(object), true
}

// propertyOf finds a property of a managed object type, or a member of a data type, by its published name.
func propertyOf(declared reflect.Type, name string) (reflect.StructField, bool) {
	for _, field := range reflect.VisibleFields(declared) {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if tag == name && name != "self" && !field.Anonymous {
			return field, true
		}
	}
	return reflect.StructField{}, false
}

// checkPaths rejects impossible property paths like a vCenter. The simulator puts them into a missing set.
func checkPaths(specs ...types.PropertyFilterSpec) types.BaseMethodFault {
	for _, spec := range specs {
		for _, set := range spec.PropSet {
			declared, ok := managedType(set.Type)
			if !ok {
				return &types.InvalidArgument{InvalidProperty: "specSet.propSet.type"}
			}
			for _, path := range set.PathSet {
				if !validPath(declared, path) {
					return &types.InvalidProperty{Name: path}
				}
			}
		}
	}
	return nil
}

// validPath follows a path such as info.state as far as the types are declared.
func validPath(declared reflect.Type, path string) bool {
	var field mo.Field
	if !field.FromString(path) {
		return false
	}
	for _, name := range strings.Split(field.Path, ".") {
		for declared.Kind() == reflect.Pointer {
			declared = declared.Elem()
		}
		if declared.Kind() == reflect.Interface {
			return true // only an object determines the type of its data
		}
		if declared.Kind() != reflect.Struct {
			return false
		}
		found, ok := propertyOf(declared, name)
		if !ok {
			return false
		}
		declared = found.Type
	}
	return true
}
