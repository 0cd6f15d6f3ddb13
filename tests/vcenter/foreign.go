// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync"

	"github.com/vmware/govmomi/vim25/types"
)

// foreignValues contains values of types that the simulator does not know, in VI/JSON. In their place, the simulator
// has a known value that contains a mark. After encoding, the foreign value replaces it, for both protocols.
type foreignValues struct {
	mu     sync.Mutex
	values []*object
}

var markText = regexp.MustCompile(`^@@foreign:(\d+)@@$`)

// keep stores a value and returns its mark.
func (f *foreignValues) keep(value *object) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.values = append(f.values, value)
	return fmt.Sprintf("@@foreign:%d@@", len(f.values)-1)
}

// marked is a copy of the value of a mark, or nil for any other text.
func (f *foreignValues) marked(text any) *object {
	mark, _ := text.(string)
	found := markText.FindStringSubmatch(mark)
	if found == nil {
		return nil
	}
	number, _ := strconv.Atoi(found[1])
	f.mu.Lock()
	defer f.mu.Unlock()
	return copyTree(f.values[number]).(*object)
}

func copyTree(tree any) any {
	switch tree := tree.(type) {
	case *object:
		copied := &object{members: make([]member, 0, len(tree.members))}
		for _, m := range tree.members {
			copied.members = append(copied.members, member{m.name, copyTree(m.value)})
		}
		return copied
	case []any:
		copied := make([]any, 0, len(tree))
		for _, value := range tree {
			copied = append(copied, copyTree(value))
		}
		return copied
	}
	return tree
}

// readForeign reads an object in VI/JSON whose types can be unknown.
func readForeign(data []byte) (*object, error) {
	tree, err := parseJSON(data)
	if err != nil {
		return nil, err
	}
	value, ok := tree.(*object)
	if !ok {
		return nil, errors.New("an object is wanted")
	}
	return value, nil
}

// result, reason, fault, and members put a foreign value into a TaskInfo.

func (f *foreignValues) result(data []byte) (any, error) {
	value, err := readForeign(data)
	if err != nil {
		return nil, err
	}
	return f.keep(value), nil
}

func (f *foreignValues) reason(data []byte) (types.BaseTaskReason, error) {
	value, err := readForeign(data)
	if err != nil {
		return nil, err
	}
	return &types.TaskReasonUser{UserName: f.keep(value)}, nil
}

func (f *foreignValues) fault(data []byte) (*types.LocalizedMethodFault, error) {
	value, err := readForeign(data)
	if err != nil {
		return nil, err
	}
	message, _ := value.get("faultstring").(string)
	if value.typeName() == "LocalizedMethodFault" {
		message, _ = value.get("localizedMessage").(string)
		if value, _ = value.get("fault").(*object); value == nil {
			return nil, errors.New("the fault is missing")
		}
	}
	if message == "" {
		message = messageOfType(value.typeName())
	}
	value.remove("faultstring")
	return &types.LocalizedMethodFault{Fault: &types.SystemError{Reason: f.keep(value)}, LocalizedMessage: message}, nil
}

func (f *foreignValues) members(data []byte) ([]types.KeyAnyValue, error) {
	if len(data) == 0 {
		return nil, nil
	}
	value, err := readForeign(data)
	if err != nil {
		return nil, err
	}
	return []types.KeyAnyValue{{Key: f.keep(value), Value: ""}}, nil
}

// intoJSON replaces the marks in an object by their foreign values.
func (f *foreignValues) intoJSON(o *object) {
	for _, name := range []string{"_value", "userName", "reason"} {
		if value := f.marked(o.get(name)); value != nil {
			o.members = value.members
			return
		}
	}
	details, _ := o.get("progressDetails").([]any)
	if len(details) != 1 {
		return
	}
	if members := f.marked(details[0].(*object).get("key")); members != nil {
		o.remove("progressDetails")
		o.members = append(o.members, members.members...)
	}
}

var (
	markedMembers = regexp.MustCompile(`<progressDetails><key>(@@foreign:\d+@@)</key>.*?</progressDetails>`)
	markedElement = regexp.MustCompile(`<(\w+)([^<>]*)>(?:<(?:userName|reason)>)?(@@foreign:\d+@@)(?:</(?:userName|reason)>)?</\w+>`)
	namespace     = regexp.MustCompile(` xmlns="[^"]*"`)
)

// intoXML replaces the marks in an envelope by their foreign values.
func (f *foreignValues) intoXML(envelope []byte) []byte {
	if !bytes.Contains(envelope, []byte("@@foreign:")) {
		return envelope
	}
	envelope = markedMembers.ReplaceAllFunc(envelope, func(found []byte) []byte {
		var out bytes.Buffer
		writeMembers(&out, f.marked(string(markedMembers.FindSubmatch(found)[1])))
		return out.Bytes()
	})
	return markedElement.ReplaceAllFunc(envelope, func(found []byte) []byte {
		parts := markedElement.FindSubmatch(found)
		value := f.marked(string(parts[3]))
		name := string(parts[1])
		if name == "SystemErrorFault" { // the fault of a call, whose element has the name of its type
			name = value.typeName() + "Fault"
		}
		var out bytes.Buffer
		writeTyped(&out, name, string(namespace.Find(parts[2])), value)
		return out.Bytes()
	})
}
