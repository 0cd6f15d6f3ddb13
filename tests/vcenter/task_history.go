// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	defaultPage = 10
	largestPage = 1000
)

// position is a place in the history: a queue time, and the key among tasks of that time.
type position struct {
	at  time.Time
	key string
}

func positionOf(info *types.TaskInfo) position {
	return position{info.QueueTime, info.Key}
}

func (p position) compare(other position) int {
	if order := p.at.Compare(other.at); order != 0 {
		return order
	}
	return strings.Compare(p.key, other.key)
}

// TaskHistoryCollector scrolls through the tasks of the history that match its filter.
type TaskHistoryCollector struct {
	mo.TaskHistoryCollector

	manager *TaskManager
	session string
	filter  types.TaskFilterSpec
	size    int
	view    position // the next task is at or after it, the previous one before it
}

// CreateCollectorForTasks creates a collector. A session can have 32.
func (m *TaskManager) CreateCollectorForTasks(ctx *simulator.Context, req *types.CreateCollectorForTasks) soap.HasFault {
	if ctx.Map.IsESX() {
		return fault(&types.NotSupported{})
	}
	filter := req.Filter
	if invalid := checkFilter(ctx, filter); invalid != nil {
		return fault(invalid)
	}
	m.mu.Lock()
	open := 0
	for _, collector := range m.collectors {
		if collector.session == ctx.Session.Key {
			open++
		}
	}
	m.mu.Unlock()
	if open >= int(m.MaxCollector) {
		return fault(&types.InvalidState{})
	}

	collector := &TaskHistoryCollector{manager: m, session: ctx.Session.Key, filter: filter, size: defaultPage}
	collector.Filter = filter
	ref := ctx.Session.Put(collector).Reference()
	m.mu.Lock()
	m.collectors[ref] = collector
	m.mu.Unlock()
	return &methods.CreateCollectorForTasksBody{Res: &types.CreateCollectorForTasksResponse{Returnval: ref}}
}

// addHistory keeps the history in the order of queue times and drops the oldest tasks.
func (m *TaskManager) addHistory(task *Task) {
	m.mu.Lock()
	defer m.mu.Unlock()
	place := len(m.history)
	for place > 0 && positionOf(&m.history[place-1].Info).compare(positionOf(&task.Info)) > 0 {
		place--
	}
	m.history = slices.Insert(m.history, place, task)
	m.known[task.Info.Key] = task
	if over := len(m.history) - m.config.History; over > 0 {
		for _, oldest := range m.history[:over] {
			delete(m.known, oldest.Info.Key)
		}
		m.history = slices.Delete(m.history, 0, over)
	}
}

// allHistory is the present history, oldest first.
func (m *TaskManager) allHistory() []*Task {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.history)
}

func (m *TaskManager) forget(task *Task) {
	m.mu.Lock()
	m.history = slices.DeleteFunc(m.history, func(t *Task) bool { return t == task })
	delete(m.known, task.Info.Key)
	m.mu.Unlock()
}

// endSession drops the collectors of an ended session.
func (m *TaskManager) endSession(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for ref, collector := range m.collectors {
		if collector.session == key {
			delete(m.collectors, ref)
		}
	}
}

// pagesChanged notifies clients that watch the latest page of a collector. It does not wait for them, because the task
// that causes the change is locked.
func (m *TaskManager) pagesChanged() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, collector := range m.collectors {
		go func() {
			ctx := background(m.registry)
			ctx.WithLock(collector, func() {
				page := collector.Get().(*mo.TaskHistoryCollector).LatestPage
				ctx.Update(collector, []types.PropertyChange{change("latestPage", page)})
			})
		}()
	}
}

// around returns the history before the view, and the rest.
func (c *TaskHistoryCollector) around() (before, after []*Task) {
	history := c.manager.allHistory()
	place, _ := slices.BinarySearchFunc(history, c.view, func(task *Task, view position) int {
		return positionOf(&task.Info).compare(view)
	})
	return history[:place], history[place:]
}

// take returns up to the given number of tasks that match the filter, of these the tasks that the user can see, and the
// position of the last one. Hidden tasks take up space: seen with events (govmomi 3450), assumed for tasks.
func (c *TaskHistoryCollector) take(tasks iter.Seq2[int, *Task], most int) (visible []types.TaskInfo, last position) {
	taken := 0
	for _, task := range tasks {
		if taken == most {
			break
		}
		info := task.info()
		if !c.manager.inHistory(task) || !matches(c.manager.registry, &info, &c.filter) {
			continue
		}
		taken++
		last = positionOf(&info)
		if !task.forbidden.Load() {
			visible = append(visible, info)
		}
	}
	return visible, last
}

// ReadNextTasks reads the next newer tasks, oldest first. Without a visible one, the view stays where it is.
func (c *TaskHistoryCollector) ReadNextTasks(_ *simulator.Context, req *types.ReadNextTasks) soap.HasFault {
	if req.MaxCount <= 0 {
		return fault(&types.InvalidArgument{InvalidProperty: "maxCount"})
	}
	_, after := c.around()
	page, _ := c.take(slices.All(after), int(req.MaxCount))
	if len(page) > 0 {
		last := positionOf(&page[len(page)-1])
		c.view = position{last.at, last.key + "\x00"} // directly after it
	}
	return &methods.ReadNextTasksBody{Res: &types.ReadNextTasksResponse{Returnval: page}}
}

// ReadPreviousTasks reads the next older tasks, newest first.
func (c *TaskHistoryCollector) ReadPreviousTasks(_ *simulator.Context, req *types.ReadPreviousTasks) soap.HasFault {
	if req.MaxCount <= 0 {
		return fault(&types.InvalidArgument{InvalidProperty: "maxCount"})
	}
	before, _ := c.around()
	page, _ := c.take(slices.Backward(before), int(req.MaxCount))
	if len(page) > 0 {
		c.view = positionOf(&page[len(page)-1])
	}
	return &methods.ReadPreviousTasksBody{Res: &types.ReadPreviousTasksResponse{Returnval: page}}
}

// RewindCollector moves the view to the oldest task, which is its initial position.
func (c *TaskHistoryCollector) RewindCollector(*simulator.Context, *types.RewindCollector) soap.HasFault {
	c.view = position{}
	return &methods.RewindCollectorBody{Res: &types.RewindCollectorResponse{}}
}

// ResetCollector moves the view directly before the latest page.
func (c *TaskHistoryCollector) ResetCollector(*simulator.Context, *types.ResetCollector) soap.HasFault {
	_, c.view = c.latestPage()
	return &methods.ResetCollectorBody{Res: &types.ResetCollectorResponse{}}
}

// SetCollectorPageSize sets the size of the latest page.
func (c *TaskHistoryCollector) SetCollectorPageSize(_ *simulator.Context, req *types.SetCollectorPageSize) soap.HasFault {
	if req.MaxCount < 1 || req.MaxCount > largestPage {
		return fault(&types.InvalidArgument{InvalidProperty: "maxCount"})
	}
	c.size = int(req.MaxCount)
	return &methods.SetCollectorPageSizeBody{Res: &types.SetCollectorPageSizeResponse{}}
}

// DestroyCollector ends the collector.
func (c *TaskHistoryCollector) DestroyCollector(ctx *simulator.Context, _ *types.DestroyCollector) soap.HasFault {
	ctx.Session.Remove(ctx, c.Self)
	c.manager.mu.Lock()
	delete(c.manager.collectors, c.Self)
	c.manager.mu.Unlock()
	return &methods.DestroyCollectorBody{Res: &types.DestroyCollectorResponse{}}
}

// latestPage contains the newest task first. The second value is the position of its oldest task.
func (c *TaskHistoryCollector) latestPage() ([]types.TaskInfo, position) {
	return c.take(slices.Backward(c.manager.allHistory()), c.size)
}

// Get returns the data for the property collector.
func (c *TaskHistoryCollector) Get() mo.Reference {
	object := c.TaskHistoryCollector
	// The order in the page is not documented.
	object.LatestPage, _ = c.latestPage()
	slices.Reverse(object.LatestPage)
	return &object
}
