// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

// badBody is the reason to reject a VI/JSON body.
type badBody struct {
	fault   types.BaseMethodFault
	message string
}

func (e *badBody) Error() string { return e.message }

func badArgument(path, format string, args ...any) error {
	return &badBody{&types.InvalidArgument{InvalidProperty: path}, path + ": " + fmt.Sprintf(format, args...)}
}

// decodeVIJSON reads the parameters of a method.
func decodeVIJSON(data []byte, request reflect.Type, this types.ManagedObjectReference) (any, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		data = []byte("{}")
	}
	tree, err := parseJSON(data)
	if err != nil {
		return nil, &badBody{&types.InvalidRequest{}, "The body is not JSON: " + err.Error()}
	}
	params, ok := tree.(*object)
	if !ok {
		return nil, &badBody{&types.InvalidRequest{}, "The body is not a JSON object."}
	}
	if err := checkMembers(params, request, ""); err != nil {
		return nil, err
	}
	params.remove("_typeName") // optional at the root

	body := reflect.New(request)
	if err := decodeVim(encodeJSON(params), body.Interface()); err != nil {
		return nil, &badBody{&types.InvalidRequest{}, "The body cannot be read: " + err.Error()}
	}
	body.Elem().FieldByName("This").Set(reflect.ValueOf(this))
	return body.Interface(), nil
}

// decodeVim is govmomi's decoding.
func decodeVim(data []byte, into any) error {
	return types.NewJSONDecoder(bytes.NewReader(data)).Decode(into)
}

// checkMembers compares the members of an object with their declarations, and converts faults to govmomi's form.
func checkMembers(o *object, declared reflect.Type, path string) error {
	for _, field := range reflect.VisibleFields(declared) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous || name == "" || name == "-" {
			continue
		}
		value := o.get(name)
		if value == nil {
			if !strings.Contains(options, "omitempty") {
				return badArgument(join(path, name), "it is required")
			}
			continue
		}
		checked, err := checkValue(value, field.Type, join(path, name))
		if err != nil {
			return err
		}
		o.set(name, checked)
	}
	return nil
}

var timeType = reflect.TypeFor[time.Time]()

// checkValue checks a value of a declared type. Scalars are left to govmomi's decoder.
func checkValue(value any, declared reflect.Type, path string) (any, error) {
	if declared.Kind() == reflect.Pointer {
		declared = declared.Elem()
	}
	if elements, ok := value.([]any); ok && declared.Kind() == reflect.Slice {
		for i, element := range elements {
			checked, err := checkValue(element, declared.Elem(), fmt.Sprintf("%s[%d]", path, i))
			if err != nil {
				return nil, err
			}
			elements[i] = checked
		}
		return value, nil
	}
	switch {
	case declared.Kind() == reflect.Interface, declared.Kind() == reflect.Struct && declared != timeType:
		return checkObject(value, declared, path)
	case declared.Kind() == reflect.String:
		return value, checkEnum(value, declared, path)
	}
	return value, nil
}

// checkObject requires a matching type name, like a vCenter.
func checkObject(value any, declared reflect.Type, path string) (any, error) {
	wanted := strings.TrimPrefix(declared.Name(), "Base")
	o, ok := value.(*object)
	if !ok || o.typeName() == "" {
		return nil, badArgument(path, "_typeName is missing (%s is wanted)", wanted)
	}
	if boxed := o.get("_value"); boxed != nil {
		return value, checkBoxed(o, declared, path)
	}
	given, ok := types.TypeFunc()(o.typeName())
	if !ok || given.Kind() != reflect.Struct {
		return nil, badArgument(path, "%s is not known", o.typeName())
	}
	if err := checkMembers(o, given, path); err != nil {
		return nil, err
	}
	if declared == localizedFaultType && isFault(given) {
		return wrapFault(o), nil
	}
	fits := given == declared || declared.Kind() == reflect.Interface && reflect.PointerTo(given).Implements(declared)
	if !fits {
		return nil, badArgument(path, "%s is not a %s", o.typeName(), wanted)
	}
	return o, nil
}

// checkBoxed checks a scalar or an array in an Any.
func checkBoxed(o *object, declared reflect.Type, path string) error {
	if declared.Kind() != reflect.Interface || declared.NumMethod() > 0 {
		return badArgument(path, "%s does not belong here", o.typeName())
	}
	given, ok := types.TypeFunc()(o.typeName())
	if !ok {
		return nil // a primitive type, which govmomi's decoder knows
	}
	inner := given
	if given.Kind() == reflect.Struct && given.NumField() == 1 {
		inner = given.Field(0).Type
	}
	checked, err := checkValue(o.get("_value"), inner, path)
	o.set("_value", checked)
	return err
}

func checkEnum(value any, declared reflect.Type, path string) error {
	enum, ok := reflect.Zero(declared).Interface().(interface{ Strings() []string })
	text, isText := value.(string)
	if !ok || isText && slices.Contains(enum.Strings(), text) {
		return nil
	}
	return badArgument(path, "%v is not one of %s", value, strings.Join(enum.Strings(), ", "))
}

var localizedFaultType = reflect.TypeFor[types.LocalizedMethodFault]()

func isFault(given reflect.Type) bool {
	return reflect.PointerTo(given).Implements(reflect.TypeFor[types.BaseMethodFault]())
}

// wrapFault turns a bare fault, the published form, into govmomi's form.
func wrapFault(fault *object) *object {
	wrapped := &object{}
	wrapped.set("_typeName", "LocalizedMethodFault")
	if message, ok := fault.get("faultstring").(string); ok {
		wrapped.set("localizedMessage", message)
		fault.remove("faultstring")
	}
	wrapped.set("fault", fault)
	return wrapped
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
