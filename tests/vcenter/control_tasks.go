// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

// defaultTaskType is the task type that the simulator registers.
const defaultTaskType = "com.vmware.govmomi.simulator.test"

// newTaskSpec describes a task that a test creates.
type newTaskSpec struct {
	taskChange

	Count            int                           `json:"count"`
	Entity           *types.ManagedObjectReference `json:"entity"`
	DescriptionID    string                        `json:"description_id"`
	Name             string                        `json:"name"`
	Duration         float64                       `json:"duration"` // seconds
	ProgressOverTime bool                          `json:"progress_over_time"`
	EventChainID     int32                         `json:"event_chain_id"`
	ParentTaskKey    string                        `json:"parent_task_key"`
	RootTaskKey      string                        `json:"root_task_key"`
	ActivationID     string                        `json:"activation_id"`
	ChangeTag        string                        `json:"change_tag"`
	User             string                        `json:"user"`
	Reason           json.RawMessage               `json:"reason"`
	Members          json.RawMessage               `json:"members"` // members of the TaskInfo, which can be unknown
	EntityName       string                        `json:"entity_name"`
	QueueTime        *time.Time                    `json:"queue_time"`
	StartTime        *time.Time                    `json:"start_time"`
	CompleteTime     *time.Time                    `json:"complete_time"`

	result  any
	fault   *types.LocalizedMethodFault
	reason  types.BaseTaskReason
	members []types.KeyAnyValue
	steps   []int32 // the progress, distributed over the duration
}

// controlCreate handles POST /tasks.
func (s *Server) controlCreate(r *http.Request) (any, error) {
	spec := &newTaskSpec{}
	if err := readControl(r, spec); err != nil {
		return nil, err
	}
	if err := s.prepare(spec); err != nil {
		return nil, err
	}
	ids := []string{}
	for range spec.Count {
		ids = append(ids, s.createTask(spec).Self.Value)
	}
	return map[string][]string{"ids": ids}, nil
}

// prepare checks the specification of a test, and sets its defaults.
func (s *Server) prepare(spec *newTaskSpec) (err error) {
	if spec.State == "" {
		spec.State = types.TaskInfoStateRunning
	}
	if !spec.Unknown && !slices.Contains(spec.State.Values(), spec.State) {
		return fmt.Errorf("state must be one of %s", strings.Join(spec.State.Strings(), ", "))
	}
	if spec.Entity == nil {
		entity := s.defaultEntity()
		spec.Entity = &entity
	} else if s.registry.Get(*spec.Entity) == nil && !spec.Unknown {
		return fmt.Errorf("no such entity: %s", spec.Entity)
	}
	spec.Count = max(spec.Count, 1)
	if spec.DescriptionID == "" {
		spec.DescriptionID = defaultTaskType
	}
	if spec.result, err = s.readResult(spec.Result, spec.Unknown); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	if len(spec.Error) > 0 {
		if spec.fault, err = s.readFault(spec.Error, spec.Unknown); err != nil {
			return fmt.Errorf("error: %w", err)
		}
	}
	if spec.User == "" {
		spec.User = principalOf(s.config.User)
	}
	if len(spec.Reason) == 0 {
		spec.reason = &types.TaskReasonUser{UserName: spec.User}
	} else if spec.reason, err = s.readReason(spec.Reason, spec.Unknown); err != nil {
		return fmt.Errorf("reason: %w", err)
	}
	if spec.members, err = s.foreign.members(spec.Members); err != nil {
		return fmt.Errorf("members: %w", err)
	}
	return spec.prepareProgress()
}

func (spec *newTaskSpec) prepareProgress() error {
	if len(spec.Progress) > 0 && spec.Progress[0] == '[' {
		if err := json.Unmarshal(spec.Progress, &spec.steps); err != nil {
			return fmt.Errorf("progress: %w", err)
		}
	}
	if spec.ProgressOverTime {
		for percent := range int32(101) {
			spec.steps = append(spec.steps, percent)
		}
	}
	switch {
	case len(spec.steps) > 0 && spec.Duration <= 0:
		return errors.New("progress over time needs a duration")
	case spec.Duration > 0 && isFinal(spec.State):
		return errors.New("a task that is over has no duration")
	}
	return nil
}

// defaultEntity is the oldest virtual machine, or the root folder if there are no machines.
func (s *Server) defaultEntity() types.ManagedObjectReference {
	first := s.content().RootFolder
	for _, vm := range s.registry.All("VirtualMachine") {
		// A longer ID is a greater number.
		ref := vm.Reference()
		older := len(ref.Value) < len(first.Value) || len(ref.Value) == len(first.Value) && ref.Value < first.Value
		if first.Type == "Folder" || older {
			first = ref
		}
	}
	return first
}

func (s *Server) createTask(spec *newTaskSpec) *Task {
	task := s.tasks.create(*spec.Entity, spec.DescriptionID)
	info := &task.Info
	if spec.Forbidden != nil {
		task.forbidden.Store(*spec.Forbidden)
	}
	info.Name = spec.Name
	if spec.EntityName != "" {
		info.EntityName = spec.EntityName
	}
	info.ProgressDetails = spec.members
	info.State = spec.State
	info.Reason = spec.reason
	info.EventChainId = spec.EventChainID
	info.ParentTaskKey = spec.ParentTaskKey
	info.RootTaskKey = spec.RootTaskKey
	info.ActivationId = spec.ActivationID
	info.ChangeTag = spec.ChangeTag
	if spec.Description != nil {
		info.Description = spec.Description.localizable()
	}
	if spec.Cancelable != nil {
		info.Cancelable = *spec.Cancelable
	}
	if spec.CancelDelay != nil {
		task.cancelDelay = seconds(*spec.CancelDelay)
	}
	spec.setTimes(task)
	if percent, ok := spec.percent(); ok {
		task.progressed.Store(true)
		info.Progress = percent
	}
	if info.State == types.TaskInfoStateSuccess {
		info.Result = spec.result
	}
	if info.State == types.TaskInfoStateError {
		info.Error = spec.fault
	}
	s.tasks.add(background(s.registry), task)
	if spec.Cancelled {
		task.cancelByTest()
	}
	if spec.Duration > 0 {
		go task.live(spec)
	}
	return task
}

func (spec *newTaskSpec) setTimes(task *Task) {
	info := &task.Info
	if spec.QueueTime != nil {
		info.QueueTime = spec.QueueTime.UTC()
	}
	info.StartTime, info.CompleteTime = spec.StartTime, spec.CompleteTime
	if info.StartTime == nil && info.State != types.TaskInfoStateQueued {
		info.StartTime = &info.QueueTime
	}
	if isFinal(info.State) {
		if info.CompleteTime == nil {
			info.CompleteTime = info.StartTime
		}
		task.ended.Store(info.CompleteTime.Unix())
	}
}

// live lets a task run and end according to the specification.
func (t *Task) live(spec *newTaskSpec) {
	var percent func(float64) int32
	if len(spec.steps) > 0 {
		percent = func(done float64) int32 {
			return spec.steps[min(int(done*float64(len(spec.steps))), len(spec.steps)-1)]
		}
	}
	if t.pass(seconds(spec.Duration), percent) {
		return // CancelTask ends it
	}
	if spec.fault != nil {
		t.end(nil, spec.fault)
	} else {
		t.end(spec.result, nil)
	}
}

func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second))
}
