// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// object is a JSON object that keeps the order of its members. A tree consists of *object, []any, and scalars of JSON.
type object struct {
	members []member
}

type member struct {
	name  string
	value any
}

func (o *object) get(name string) any {
	for _, m := range o.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

func (o *object) set(name string, value any) {
	for i, m := range o.members {
		if m.name == name {
			o.members[i].value = value
			return
		}
	}
	o.members = append(o.members, member{name, value})
}

func (o *object) remove(name string) {
	for i, m := range o.members {
		if m.name == name {
			o.members = append(o.members[:i], o.members[i+1:]...)
			return
		}
	}
}

func (o *object) typeName() string {
	name, _ := o.get("_typeName").(string)
	return name
}

// encodeJSON writes a tree, without escapes for HTML.
func encodeJSON(tree any) []byte {
	var out bytes.Buffer
	scalars := json.NewEncoder(&out)
	scalars.SetEscapeHTML(false)
	writeTree(&out, scalars, tree)
	return out.Bytes()
}

// writeTree walks the tree itself, because each level of a json.Marshaler would be parsed and copied again.
func writeTree(out *bytes.Buffer, scalars *json.Encoder, tree any) {
	switch tree := tree.(type) {
	case *object:
		out.WriteByte('{')
		for i, m := range tree.members {
			if i > 0 {
				out.WriteByte(',')
			}
			writeTree(out, scalars, m.name)
			out.WriteByte(':')
			writeTree(out, scalars, m.value)
		}
		out.WriteByte('}')
	case []any:
		out.WriteByte('[')
		for i, value := range tree {
			if i > 0 {
				out.WriteByte(',')
			}
			writeTree(out, scalars, value)
		}
		out.WriteByte(']')
	default:
		if err := scalars.Encode(tree); err != nil {
			panic(err) // each value in a tree has a JSON form
		}
		out.Truncate(out.Len() - 1) // the encoder appends a line feed to each value
	}
}

// parseJSON reads a tree. Numbers keep their form.
func parseJSON(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	tree, err := parseValue(decoder)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("there is more than one JSON value")
	}
	return tree, nil
}

func parseValue(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		found := &object{}
		for decoder.More() {
			name, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			value, err := parseValue(decoder)
			if err != nil {
				return nil, err
			}
			found.set(name.(string), value)
		}
		_, err = decoder.Token()
		return found, err
	case json.Delim('['):
		found := []any{}
		for decoder.More() {
			value, err := parseValue(decoder)
			if err != nil {
				return nil, err
			}
			found = append(found, value)
		}
		_, err = decoder.Token()
		return found, err
	}
	return token, nil
}

// eachObject visits every object of a tree, the inner ones first.
func eachObject(tree any, visit func(*object)) {
	switch tree := tree.(type) {
	case *object:
		for _, m := range tree.members {
			eachObject(m.value, visit)
		}
		visit(tree)
	case []any:
		for _, value := range tree {
			eachObject(value, visit)
		}
	}
}
