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

// position is a place in the history: a queue time, and the key among tasks of the same time.
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

// TaskHistoryCollector scrolls through the tasks of the history that its filter lets through.
type TaskHistoryCollector struct {
	mo.TaskHistoryCollector

	manager *TaskManager
	session string
	filter  types.TaskFilterSpec
	size    int
	view    position // the next task is at or after it, the previous one before; at first before all
}

// CreateCollectorForTasks makes a collector; a session may have 32.
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

// addHistory keeps the history in the order of queue times, and forgets the oldest.
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

// allHistory is the history as it is now, oldest first.
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

// endSession drops the collectors of a session that is over.
func (m *TaskManager) endSession(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for ref, collector := range m.collectors {
		if collector.session == key {
			delete(m.collectors, ref)
		}
	}
}

// pagesChanged tells those who watch the latest page of a collector that it may be another now. It does not wait for
// that, as the task that is the reason is locked.
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

// around is the history before the view, and what is after it.
func (c *TaskHistoryCollector) around() (before, after []*Task) {
	history := c.manager.allHistory()
	place, _ := slices.BinarySearchFunc(history, c.view, func(task *Task, view position) int {
		return positionOf(&task.Info).compare(view)
	})
	return history[:place], history[place:]
}

// take is as much as is wanted of the tasks that the filter lets through.
func (c *TaskHistoryCollector) take(tasks iter.Seq2[int, *Task], most int) []types.TaskInfo {
	var found []types.TaskInfo
	for _, task := range tasks {
		if len(found) == most {
			break
		}
		if info := task.info(); !task.forbidden.Load() && c.manager.inHistory(task) && matches(c.manager.registry, &info, &c.filter) {
			found = append(found, info)
		}
	}
	return found
}

// ReadNextTasks reads the next newer tasks, oldest first.
func (c *TaskHistoryCollector) ReadNextTasks(_ *simulator.Context, req *types.ReadNextTasks) soap.HasFault {
	if req.MaxCount <= 0 {
		return fault(&types.InvalidArgument{InvalidProperty: "maxCount"})
	}
	_, after := c.around()
	page := c.take(slices.All(after), int(req.MaxCount))
	if len(page) > 0 {
		last := positionOf(&page[len(page)-1])
		c.view = position{last.at, last.key + "\x00"} // right behind it
	}
	return &methods.ReadNextTasksBody{Res: &types.ReadNextTasksResponse{Returnval: page}}
}

// ReadPreviousTasks reads the next older tasks, newest first.
func (c *TaskHistoryCollector) ReadPreviousTasks(_ *simulator.Context, req *types.ReadPreviousTasks) soap.HasFault {
	if req.MaxCount <= 0 {
		return fault(&types.InvalidArgument{InvalidProperty: "maxCount"})
	}
	before, _ := c.around()
	page := c.take(slices.Backward(before), int(req.MaxCount))
	if len(page) > 0 {
		c.view = positionOf(&page[len(page)-1])
	}
	return &methods.ReadPreviousTasksBody{Res: &types.ReadPreviousTasksResponse{Returnval: page}}
}

// RewindCollector moves the view to the oldest task, where it is at first.
func (c *TaskHistoryCollector) RewindCollector(*simulator.Context, *types.RewindCollector) soap.HasFault {
	c.view = position{}
	return &methods.RewindCollectorBody{Res: &types.RewindCollectorResponse{}}
}

// ResetCollector moves the view right before the latest page.
func (c *TaskHistoryCollector) ResetCollector(*simulator.Context, *types.ResetCollector) soap.HasFault {
	c.view = position{}
	if page := c.latestPage(); len(page) > 0 {
		c.view = positionOf(&page[len(page)-1])
	}
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

// latestPage has the newest task first.
func (c *TaskHistoryCollector) latestPage() []types.TaskInfo {
	return c.take(slices.Backward(c.manager.allHistory()), c.size)
}

// Get is what the property collector reads.
func (c *TaskHistoryCollector) Get() mo.Reference {
	object := c.TaskHistoryCollector
	// No order is published for the page as such.
	object.LatestPage = c.latestPage()
	slices.Reverse(object.LatestPage)
	return &object
}
