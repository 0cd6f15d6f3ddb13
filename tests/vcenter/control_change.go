// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// taskChange contains the changes that a test can make to a task.
type taskChange struct {
	State       types.TaskInfoState `json:"state"`
	Progress    json.RawMessage     `json:"progress"`
	Cancelable  *bool               `json:"cancelable"`
	Cancelled   bool                `json:"cancelled"`
	Forbidden   *bool               `json:"forbidden"`
	CancelDelay *float64            `json:"cancel_delay"` // seconds
	Description *message            `json:"description"`
	Result      json.RawMessage     `json:"result"`
	Error       json.RawMessage     `json:"error"`
	Unknown     bool                `json:"unknown"` // types and enumeration values can be unknown
}

type message struct {
	Key     string            `json:"key"`
	Message string            `json:"message"`
	Arg     []messageArgument `json:"arg"`
}

type messageArgument struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func (m *message) localizable() *types.LocalizableMessage {
	localizable := &types.LocalizableMessage{Key: m.Key, Message: m.Message}
	for _, argument := range m.Arg {
		localizable.Arg = append(localizable.Arg, types.KeyAnyValue{Key: argument.Key, Value: argument.Value})
	}
	return localizable
}

// percent is a progress that consists of one number.
func (c *taskChange) percent() (percent int32, ok bool) {
	return percent, len(c.Progress) > 0 && json.Unmarshal(c.Progress, &percent) == nil
}

// controlChange handles PATCH /tasks/{id}.
func (s *Server) controlChange(r *http.Request) (any, error) {
	task := s.tasks.find(r.PathValue("id"))
	if task == nil {
		return nil, fmt.Errorf("no such task: %s", r.PathValue("id"))
	}
	wanted := &taskChange{}
	if err := readControl(r, wanted); err != nil {
		return nil, err
	}
	result, err := s.readResult(wanted.Result, wanted.Unknown)
	if err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	var failure *types.LocalizedMethodFault
	if len(wanted.Error) > 0 {
		if failure, err = s.readFault(wanted.Error, wanted.Unknown); err != nil {
			return nil, fmt.Errorf("error: %w", err)
		}
	}
	task.locked(func(ctx *simulator.Context) {
		if wanted.CancelDelay != nil {
			task.cancelDelay = seconds(*wanted.CancelDelay)
		}
		if wanted.Forbidden != nil {
			task.forbidden.Store(*wanted.Forbidden)
			ctx.Update(task, []types.PropertyChange{change("info.state", task.Info.State)}) // notifies waiting clients
		}
		if wanted.Cancelable != nil {
			ctx.Update(task, []types.PropertyChange{change("info.cancelable", *wanted.Cancelable)})
		}
		if wanted.Description != nil {
			ctx.Update(task, []types.PropertyChange{change("info.description", wanted.Description.localizable())})
		}
		if percent, ok := wanted.percent(); ok {
			task.setProgress(ctx, percent)
		}
		if wanted.State != "" {
			task.setState(ctx, wanted.State, result, failure)
		}
	})
	if wanted.Cancelled {
		task.cancelByTest()
	}
	return map[string]string{"id": task.Self.Value}, nil
}

// cancelByTest only sets the flag. The test decides how the task ends.
func (t *Task) cancelByTest() {
	t.locked(func(ctx *simulator.Context) {
		ctx.Update(t, []types.PropertyChange{change("info.cancelled", true)})
	})
}

// controlDelete handles DELETE /tasks/{id}: the server forgets the task, and its history forgets it without
// history=keep.
func (s *Server) controlDelete(r *http.Request) (any, error) {
	task := s.tasks.find(r.PathValue("id"))
	if task == nil {
		return nil, fmt.Errorf("no such task: %s", r.PathValue("id"))
	}
	task.leave(background(s.registry))
	if r.URL.Query().Get("history") != "keep" {
		s.tasks.forget(task)
	}
	return map[string]string{"id": task.Self.Value}, nil
}
