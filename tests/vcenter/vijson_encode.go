// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strings"

	vimjson "github.com/vmware/govmomi/vim25/json"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// encodeVIJSON writes a value in VI/JSON: govmomi's encoding with corrections.
func (s *Server) encodeVIJSON(value any) []byte {
	return encodeJSON(s.published(encodeVim(value)))
}

// encodeVim is govmomi's encoding of a value with a declared type, which needs no type name at the root.
func encodeVim(value any) []byte {
	var out bytes.Buffer
	encoder := vimjson.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetDiscriminator("_typeName", "_value", vimjson.DiscriminatorEncodeTypeNameAllObjects)
	encoder.SetTypeToDiscriminatorFunc(types.VmomiTypeName)
	if err := encoder.Encode(value); err != nil {
		panic(err) // every vim25 type has a JSON form
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// finerTime is a string with a time that has more digits than a vCenter sends.
var finerTime = regexp.MustCompile(`"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})\d+Z"`)

// published turns govmomi's encoding into the published form.
func (s *Server) published(encoded []byte) any {
	tree, err := parseJSON(finerTime.ReplaceAll(encoded, []byte(`"${1}Z"`)))
	if err != nil {
		panic(err) // the encoder wrote this data
	}
	eachObject(tree, func(o *object) {
		if _, ok := o.get("_typeName").(string); ok {
			dropUnset(o)
			s.foreign.intoJSON(o)
		}
		switch o.typeName() {
		case "LocalizedMethodFault":
			s.publishFault(o)
		case "TaskInfo":
			s.publishProgress(o)
		}
	})
	return tree
}

// dropUnset removes null members. An empty array in an Any remains an array.
func dropUnset(o *object) {
	kept := o.members[:0]
	for _, m := range o.members {
		if m.name == "_value" && m.value == nil {
			m.value = []any{}
		}
		if m.value != nil {
			kept = append(kept, m)
		}
	}
	o.members = kept
}

// publishFault turns a LocalizedMethodFault into the bare fault with its message.
func (s *Server) publishFault(o *object) {
	fault, ok := o.get("fault").(*object)
	if !ok {
		return
	}
	message, _ := o.get("localizedMessage").(string)
	if message == "" {
		message = messageOfType(fault.typeName())
	}
	if s.config.WrappedFaults {
		o.set("localizedMessage", message)
		return
	}
	fault.set("faultstring", message)
	o.members = fault.members
}

// publishProgress adds a progress of 0, which govmomi treats as unset.
func (s *Server) publishProgress(o *object) {
	key, _ := o.get("key").(string)
	if o.get("progress") != nil || !s.reportsProgress(key) {
		return
	}
	zero := member{"progress", json.Number("0")}
	for i, m := range o.members {
		if m.name == "progressDetails" || m.name == "reason" {
			o.members = append(o.members[:i], append([]member{zero}, o.members[i:]...)...)
			return
		}
	}
}

// writeFault answers with a fault.
func (s *Server) writeFault(out *recorder, f *soap.Fault) {
	message := f.String
	cause, _ := f.Detail.Fault.(types.BaseMethodFault)
	if message == "" && cause != nil {
		message = messageOf(cause)
	}
	body := s.published(encodeVim(f.Detail.Fault)).(*object)
	body.set("faultstring", message)
	writeJSON(out, http.StatusInternalServerError, encodeJSON(body))
}

// writeValue answers with a result or a property. An unset property has no content.
func (s *Server) writeValue(out *recorder, value reflect.Value) {
	switch {
	case !value.IsValid(),
		(value.Kind() == reflect.Pointer || value.Kind() == reflect.Interface) && value.IsNil():
		out.WriteHeader(http.StatusNoContent)
	default:
		writeJSON(out, http.StatusOK, s.encodeVIJSON(value.Interface()))
	}
}

// writeAny answers with a property in the form of the property collector, which boxes arrays.
func (s *Server) writeAny(out *recorder, value any) {
	content := reflect.Indirect(reflect.ValueOf(value))
	if content.Kind() == reflect.Struct && strings.HasPrefix(content.Type().Name(), "ArrayOf") {
		array := content.Field(0)
		if array.IsNil() {
			array = reflect.MakeSlice(array.Type(), 0, 0)
		}
		content = array
	}
	s.writeValue(out, content)
}

func writeJSON(out *recorder, status int, body []byte) {
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	_, _ = out.Write(body)
}
