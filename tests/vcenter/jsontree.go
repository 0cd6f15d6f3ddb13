// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// object is a JSON object that keeps the order of its members. A tree is made of *object, []any and JSON's scalars.
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

func (o *object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range o.members {
		if i > 0 {
			out.WriteByte(',')
		}
		name, value := encodeJSON(m.name), encodeJSON(m.value)
		out.Write(name)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// encodeJSON writes a tree, without the escapes that are only for HTML.
func encodeJSON(tree any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(tree); err != nil {
		panic(err) // a tree holds nothing that has no JSON form
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// parseJSON reads a tree; numbers stay as they are written.
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
