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

// xsdTypes are the primitive types of VI/JSON that SOAP takes from XML Schema.
var xsdTypes = []string{"string", "boolean", "byte", "short", "int", "long", "float", "double", "dateTime", "anyURI", "base64Binary"}

// writeMembers writes the members of a VI/JSON object as SOAP elements.
func writeMembers(out *bytes.Buffer, o *object) {
	for _, m := range o.members {
		if !strings.HasPrefix(m.name, "_") && m.name != "faultstring" {
			writeElement(out, m.name, m.value)
		}
	}
}

// writeElement writes a VI/JSON value as an element, or an array as several elements.
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

// writeTyped writes an object as an element with its type.
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

// elementOf returns the name of the elements of an array type.
func elementOf(arrayType string) string {
	element := strings.TrimPrefix(arrayType, "ArrayOf")
	if slices.Contains(xsdTypes, lowerFirst(element)) {
		return lowerFirst(element)
	}
	return element
}

// isBareFault reports whether an object is a fault inside data, which SOAP wraps.
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
