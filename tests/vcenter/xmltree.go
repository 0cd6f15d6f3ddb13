// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// xsdTypes are VI/JSON's primitives that are XML Schema's in SOAP.
var xsdTypes = []string{"string", "boolean", "byte", "short", "int", "long", "float", "double", "dateTime", "anyURI", "base64Binary"}

// writeMembers writes the members of an object in VI/JSON as SOAP's elements.
func writeMembers(out *bytes.Buffer, o *object) {
	for _, m := range o.members {
		if !strings.HasPrefix(m.name, "_") && m.name != "faultstring" {
			writeElement(out, m.name, m.value)
		}
	}
}

// writeElement writes a value in VI/JSON as an element, or an array as several.
func writeElement(out *bytes.Buffer, name string, value any) {
	switch value := value.(type) {
	case nil:
	case []any:
		for _, each := range value {
			writeElement(out, name, each)
		}
	case *object:
		if isBareFault(value) {
			writeFaultInData(out, name, value)
		} else {
			writeTyped(out, name, "", value)
		}
	default:
		fmt.Fprintf(out, "<%s>", name)
		_ = xml.EscapeText(out, fmt.Append(nil, value))
		fmt.Fprintf(out, "</%s>", name)
	}
}

// writeTyped writes an object as an element that says its type.
func writeTyped(out *bytes.Buffer, name, attributes string, o *object) {
	typeName := o.typeName()
	switch {
	case typeName == "ManagedObjectReference":
		fmt.Fprintf(out, `<%s%s type="%s">`, name, attributes, o.get("type"))
		_ = xml.EscapeText(out, fmt.Append(nil, o.get("value")))
	case slices.Contains(xsdTypes, typeName):
		fmt.Fprintf(out, `<%s%s xsi:type="xsd:%s">`, name, attributes, typeName)
	case typeName != "":
		fmt.Fprintf(out, `<%s%s xsi:type="%s">`, name, attributes, typeName)
	default:
		fmt.Fprintf(out, `<%s%s>`, name, attributes)
	}
	switch boxed := o.get("_value").(type) {
	case nil:
		if typeName == "LocalizedMethodFault" {
			if fault, ok := o.get("fault").(*object); ok {
				writeTyped(out, "fault", "", fault)
			}
			writeElement(out, "localizedMessage", o.get("localizedMessage"))
		} else if typeName != "ManagedObjectReference" {
			writeMembers(out, o)
		}
	case []any:
		writeElement(out, elementOf(typeName), boxed)
	default:
		_ = xml.EscapeText(out, fmt.Append(nil, boxed))
	}
	fmt.Fprintf(out, "</%s>", name)
}

// elementOf names the elements of an array's type.
func elementOf(arrayType string) string {
	element := strings.TrimPrefix(arrayType, "ArrayOf")
	if slices.Contains(xsdTypes, lowerFirst(element)) {
		return lowerFirst(element)
	}
	return element
}

// isBareFault tells a fault inside data, which SOAP wraps.
func isBareFault(o *object) bool {
	given, known := types.TypeFunc()(o.typeName())
	return known && isFault(given) || o.get("faultstring") != nil
}

func writeFaultInData(out *bytes.Buffer, name string, fault *object) {
	fmt.Fprintf(out, "<%s>", name)
	writeTyped(out, "fault", "", fault)
	message, _ := fault.get("faultstring").(string)
	if message == "" {
		message = messageOfType(fault.typeName())
	}
	writeElement(out, "localizedMessage", message)
	fmt.Fprintf(out, "</%s>", name)
}
