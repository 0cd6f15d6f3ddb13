// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	recentMost = 200              // the maximum number of recent tasks
	recentAge  = 10 * time.Minute // the time that a finished task stays recent
)

// TaskManager replaces the simulator's. It contains a task when CreateTask returns, turns every task into a Task, and
// supports all filters of the history.
type TaskManager struct {
	mo.TaskManager

	config   Config
	registry *simulator.Registry
	users    *users

	historyLag atomic.Int64 // in nanoseconds

	mu         sync.Mutex // guards the following fields, and RecentTask
	created    int
	history    []*Task          // oldest first
	known      map[string]*Task // the tasks in the history by key
	collectors map[types.ManagedObjectReference]*TaskHistoryCollector
}

// newTaskManager installs the task manager, without the tasks that created the inventory.
func newTaskManager(config Config, registry *simulator.Registry, self types.ManagedObjectReference) *TaskManager {
	m := &TaskManager{
		TaskManager: mo.TaskManager{Self: self, MaxCollector: 32},
		config:      config,
		registry:    registry,
		created:     100000, // above the numbers of the simulator
		known:       map[string]*Task{},
		collectors:  map[types.ManagedObjectReference]*TaskHistoryCollector{},
	}
	m.historyLag.Store(int64(config.HistoryLag))
	m.Description = registry.Get(self).(*simulator.TaskManager).Description
	ctx := background(registry)
	registry.Put(m)
	registry.AddHandler(m)
	for _, task := range registry.AllReference("Task") {
		registry.Remove(ctx, task.Reference())
	}
	for _, entity := range registry.All("") {
		entity.Entity().RecentTask = nil
	}
	return m
}

// Lock and Unlock bypass the registry's lock, because tasks are added while other objects are locked.
func (m *TaskManager) Lock()   {}
func (m *TaskManager) Unlock() {}

// Get returns the data for the property collector.
func (m *TaskManager) Get() mo.Reference {
	m.mu.Lock()
	defer m.mu.Unlock()
	object := m.TaskManager
	return &object
}

func (m *TaskManager) newTask(own *simulator.Task) *Task {
	return &Task{
		Task:        own,
		made:        time.Now(),
		registry:    m.registry,
		cancelDelay: m.config.CancelDelay,
		canceled:    make(chan struct{}),
	}
}

// newReference numbers a task. The ID of an ESXi task also contains the operation.
func (m *TaskManager) newReference(entity types.ManagedObjectReference, descriptionID string) types.ManagedObjectReference {
	m.mu.Lock()
	m.created++
	number := m.created
	m.mu.Unlock()
	id := fmt.Sprintf("task-%d", number)
	if m.config.ESX {
		id = fmt.Sprintf("haTask-%s-vim.%s-%d", entity.Value, descriptionID, number)
	}
	return types.ManagedObjectReference{Type: "Task", Value: id}
}

// create creates a task that a client or a test drives. The caller adds it.
func (m *TaskManager) create(entity types.ManagedObjectReference, descriptionID string) *Task {
	ref := m.newReference(entity, descriptionID)
	task := m.newTask(&simulator.Task{})
	task.Self = ref
	task.Info = types.TaskInfo{
		Key:    ref.Value,
		Task:   ref,
		Entity: &entity,

		DescriptionId: descriptionID,
		EntityName:    entityName(m.registry, entity),
		State:         types.TaskInfoStateQueued,
		Reason:        &types.TaskReasonUser{UserName: principalOf(m.config.User)},
		QueueTime:     time.Now().UTC().Truncate(time.Microsecond),
	}
	return task
}

// add publishes a task. It returns when all clients can see the task. A task that ended long ago is only in the
// history.
func (m *TaskManager) add(ctx *simulator.Context, task *Task) {
	if task.isOld() {
		m.addHistory(task)
		m.pagesChanged()
		return
	}
	ctx.WithLock(*task.Info.Entity, func() { m.registry.Put(task) })
}

// PutObject is called for each new object.
func (m *TaskManager) PutObject(ctx *simulator.Context, object mo.Reference) {
	if task, ok := object.(*Task); ok {
		m.remember(ctx, task)
	}
}

// UpdateObject is called for each change.
func (m *TaskManager) UpdateObject(ctx *simulator.Context, object mo.Reference, changes []types.PropertyChange) {
	if _, ok := object.(*mo.Task); !ok {
		return
	}
	switch task := ctx.Map.Get(object.Reference()).(type) {
	case *simulator.Task:
		m.adopt(ctx, task)
	case *Task:
		if slices.ContainsFunc(changes, func(c types.PropertyChange) bool { return c.Name == "info.state" }) {
			m.pagesChanged()
		}
	}
}

// RemoveObject is called for each removed object.
func (m *TaskManager) RemoveObject(ctx *simulator.Context, ref types.ManagedObjectReference) {
	if ref.Type != "Task" {
		return
	}
	if task, ok := ctx.Map.Get(ref).(*Task); ok {
		m.updateRecent(ctx, *task.Info.Entity, func(recent []types.ManagedObjectReference) []types.ManagedObjectReference {
			return slices.DeleteFunc(recent, func(r types.ManagedObjectReference) bool { return r == ref })
		})
	}
}

// remember adds a task to the history and to the recent ones.
func (m *TaskManager) remember(ctx *simulator.Context, task *Task) {
	m.addHistory(task)
	m.updateRecent(ctx, *task.Info.Entity, func(recent []types.ManagedObjectReference) []types.ManagedObjectReference {
		return append(recent, task.Self)
	})
	m.pagesChanged()
	task.forgetInTime()
	if lag := time.Duration(m.historyLag.Load()); lag > 0 {
		time.AfterFunc(lag, m.pagesChanged)
	}
}

// age is the time since the end of a task.
func (t *Task) age() time.Duration {
	if ended := t.ended.Load(); ended != 0 {
		return time.Since(time.Unix(ended, 0))
	}
	return 0
}

func (t *Task) isOld() bool { return t.age() > recentAge }

// forgetInTime removes the object of an ended task when the task is old. The task stays in the history.
func (t *Task) forgetInTime() {
	if t.ended.Load() != 0 {
		time.AfterFunc(recentAge-t.age(), func() { t.leave(background(t.registry)) })
	}
}

// leave removes the object of a task. The registry tells the watchers before it removes the object, so that they must not
// read it yet.
func (t *Task) leave(ctx *simulator.Context) {
	ctx.WithLock(*t.Info.Entity, func() {
		ctx.WithLock(t.Self, func() { t.registry.Remove(ctx, t.Self) })
	})
}

// inHistory reports whether the history already contains a task.
func (m *TaskManager) inHistory(task *Task) bool {
	return task.isOld() || time.Since(task.made) >= time.Duration(m.historyLag.Load())
}

// updateRecent changes the recent tasks of the server and of an entity.
func (m *TaskManager) updateRecent(ctx *simulator.Context, entity types.ManagedObjectReference,
	update func([]types.ManagedObjectReference) []types.ManagedObjectReference) {
	latest := func(recent []types.ManagedObjectReference) []types.PropertyChange {
		recent = update(slices.Clone(recent))
		return []types.PropertyChange{change("recentTask", recent[max(0, len(recent)-recentMost):])}
	}
	m.mu.Lock()
	ctx.Update(m, latest(m.RecentTask))
	m.mu.Unlock()
	if object, ok := ctx.Map.Get(entity).(mo.Entity); ok {
		ctx.Update(object, latest(object.Entity().RecentTask))
	}
}

// CreateTask makes a task of a type that an extension has registered.
func (m *TaskManager) CreateTask(ctx *simulator.Context, req *types.CreateTask) soap.HasFault {
	if ctx.Map.IsESX() {
		return fault(&types.NotSupported{})
	}
	if ctx.Map.Get(req.Obj) == nil {
		return fault(&types.ManagedObjectNotFound{Obj: req.Obj})
	}
	if !hasTaskType(ctx, req.TaskTypeId) {
		return fault(&types.InvalidArgument{InvalidProperty: "taskType"})
	}
	task := m.create(req.Obj, req.TaskTypeId)
	task.byClient = true
	info := &task.Info
	info.Cancelable = req.Cancelable
	info.ActivationId = req.ActivationId
	info.Reason = &types.TaskReasonUser{UserName: ctx.Session.UserName}
	if req.InitiatedBy != "" {
		info.Reason = &types.TaskReasonUser{UserName: req.InitiatedBy}
	}
	if req.ParentTaskKey != "" {
		info.ParentTaskKey, info.RootTaskKey = req.ParentTaskKey, m.rootOf(req.ParentTaskKey)
	}
	created := *info
	m.add(ctx, task)
	return &methods.CreateTaskBody{Res: &types.CreateTaskResponse{Returnval: created}}
}

// rootOf is the key of the first task in the chain of a task.
func (m *TaskManager) rootOf(key string) string {
	if parent := m.find(key); parent != nil && parent.Info.RootTaskKey != "" {
		return parent.Info.RootTaskKey
	}
	return key
}

func (m *TaskManager) find(id string) *Task {
	task, _ := m.registry.Get(types.ManagedObjectReference{Type: "Task", Value: id}).(*Task)
	return task
}

// remembered finds a task that is or was an object.
func (m *TaskManager) remembered(key string) *Task {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known[key]
}

func hasTaskType(ctx *simulator.Context, id string) (found bool) {
	extensions := ctx.Map.ExtensionManager()
	ctx.WithLock(extensions, func() {
		for _, extension := range extensions.ExtensionList {
			for _, task := range extension.TaskList {
				found = found || task.TaskID == id
			}
		}
	})
	return found
}

// entityName is the name of a managed entity, whose field depends on the type.
func entityName(registry *simulator.Registry, ref types.ManagedObjectReference) string {
	entity, ok := registry.Get(ref).(mo.Entity)
	if !ok {
		return ref.Value
	}
	if name := reflect.ValueOf(entity).Elem().FieldByName("Name"); name.IsValid() && name.Kind() == reflect.String {
		return name.String()
	}
	return entity.Entity().Name
}
