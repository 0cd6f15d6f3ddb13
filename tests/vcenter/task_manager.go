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
	recentMost = 200              // at most so many tasks are recent
	recentAge  = 10 * time.Minute // and a finished one is for so long
)

// TaskManager takes the place of the simulator's: it knows a task when CreateTask returns, makes every task one of
// ours, and has the whole of the history's filters.
type TaskManager struct {
	mo.TaskManager

	config   Config
	registry *simulator.Registry
	users    *users

	historyLag atomic.Int64 // in nanoseconds

	mu         sync.Mutex // guards what follows, and RecentTask
	created    int
	history    []*Task          // oldest first
	known      map[string]*Task // those of the history by key
	collectors map[types.ManagedObjectReference]*TaskHistoryCollector
}

// newTaskManager puts the task manager in place, without the tasks that made the inventory.
func newTaskManager(config Config, registry *simulator.Registry, self types.ManagedObjectReference) *TaskManager {
	m := &TaskManager{
		TaskManager: mo.TaskManager{Self: self, MaxCollector: 32},
		config:      config,
		registry:    registry,
		created:     100000, // above the numbers that the simulator gives
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

// Lock and Unlock opt out of the registry's lock: tasks are added while other objects are locked.
func (m *TaskManager) Lock()   {}
func (m *TaskManager) Unlock() {}

// Get is what the property collector reads.
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

// newReference numbers a task. An ESXi's is named after the operation, too.
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

// create makes a task that a client or a test drives. Whoever calls adds it.
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

// add makes a task known. It returns when everybody can see it. One that has been over for long is only remembered.
func (m *TaskManager) add(ctx *simulator.Context, task *Task) {
	if task.isOld() {
		m.addHistory(task)
		m.pagesChanged()
		return
	}
	ctx.WithLock(*task.Info.Entity, func() { m.registry.Put(task) })
}

// PutObject is told of each new object.
func (m *TaskManager) PutObject(ctx *simulator.Context, object mo.Reference) {
	if task, ok := object.(*Task); ok {
		m.remember(ctx, task)
	}
}

// UpdateObject is told of each change.
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

// RemoveObject is told of each object that goes.
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

// age is how long a task has been over.
func (t *Task) age() time.Duration {
	if ended := t.ended.Load(); ended != 0 {
		return time.Since(time.Unix(ended, 0))
	}
	return 0
}

func (t *Task) isOld() bool { return t.age() > recentAge }

// forgetInTime makes a task that is over no object any more when it is old. It stays in the history.
func (t *Task) forgetInTime() {
	if t.ended.Load() != 0 {
		time.AfterFunc(recentAge-t.age(), func() { t.leave(background(t.registry)) })
	}
}

// leave makes a task no object any more.
func (t *Task) leave(ctx *simulator.Context) {
	ctx.WithLock(*t.Info.Entity, func() { t.registry.Remove(ctx, t.Self) })
}

// inHistory says whether the history has caught up with a task.
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

// rootOf is the key of the task at the start of the chain that a task is in.
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

// remembered finds a task that is an object or was one.
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

// entityName is the name of any managed entity: where the field is depends on the type.
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
