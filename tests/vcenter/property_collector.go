// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	mostUpdates = 100                  // objects in one update set: vCenter's limit
	settle      = 5 * time.Millisecond // changes within this time are sent together
)

// PropertyCollector reads like the simulator's, but waits in its own way: with versions, which clients can reset. The
// cost grows with the changes, not with the filter. A wait ends with the connection of the client and with its session.
type PropertyCollector struct {
	simulator.PropertyCollector

	waiting sync.Mutex // one wait at a time, which guards the following fields
	watcher *watcher
	filters map[types.ManagedObjectReference]*watchedFilter
	version int
	sent    *types.UpdateSet             // the last answer, in case the client did not get it
	pending []types.PropertyFilterUpdate // the updates that did not fit into the last answer

	cancelMu sync.Mutex
	cancel   context.CancelFunc
}

// newPropertyCollector installs the collector. Each session gets a copy of it.
func newPropertyCollector(registry *simulator.Registry, self types.ManagedObjectReference) {
	pc := &PropertyCollector{}
	pc.Self = self
	registry.Put(pc)
}

// CreatePropertyCollector creates another collector of this kind.
func (pc *PropertyCollector) CreatePropertyCollector(ctx *simulator.Context, _ *types.CreatePropertyCollector) soap.HasFault {
	ref := ctx.Session.Put(&PropertyCollector{}).Reference()
	return &methods.CreatePropertyCollectorBody{Res: &types.CreatePropertyCollectorResponse{Returnval: ref}}
}

// CreateFilter rejects objects that do not exist.
func (pc *PropertyCollector) CreateFilter(ctx *simulator.Context, req *types.CreateFilter) soap.HasFault {
	if report := req.Spec.ReportMissingObjectsInResults; report == nil || !*report {
		for _, object := range req.Spec.ObjectSet {
			if lookup(ctx, object.Obj) == nil {
				return fault(&types.ManagedObjectNotFound{Obj: object.Obj})
			}
		}
	}
	result := pc.PropertyCollector.CreateFilter(ctx, req).(*methods.CreateFilterBody)
	// The simulator's filter listens to all changes, for the simulator's way to wait.
	ctx.Map.RemoveHandler(ctx.Session.Get(result.Res.Returnval).(simulator.RegisterObject))
	return result
}

// DestroyPropertyCollector also ends a wait.
func (pc *PropertyCollector) DestroyPropertyCollector(ctx *simulator.Context, req *types.DestroyPropertyCollector) soap.HasFault {
	pc.stop(ctx.Map)
	return pc.PropertyCollector.DestroyPropertyCollector(ctx, req)
}

// CancelWaitForUpdates ends a wait.
func (pc *PropertyCollector) CancelWaitForUpdates(*types.CancelWaitForUpdates) soap.HasFault {
	pc.cancelMu.Lock()
	defer pc.cancelMu.Unlock()
	if pc.cancel != nil {
		pc.cancel()
	}
	return &methods.CancelWaitForUpdatesBody{Res: &types.CancelWaitForUpdatesResponse{}}
}

// stop ends a wait, and stops to listen.
func (pc *PropertyCollector) stop(registry *simulator.Registry) {
	pc.CancelWaitForUpdates(nil)
	pc.waiting.Lock()
	defer pc.waiting.Unlock()
	if pc.watcher != nil {
		registry.RemoveHandler(pc.watcher)
	}
}

// WaitForUpdates is WaitForUpdatesEx without options.
func (pc *PropertyCollector) WaitForUpdates(ctx *simulator.Context, req *types.WaitForUpdates) soap.HasFault {
	result := pc.WaitForUpdatesEx(ctx, &types.WaitForUpdatesEx{This: req.This, Version: req.Version})
	if result.Fault() != nil {
		return result
	}
	set := result.(*methods.WaitForUpdatesExBody).Res.Returnval
	return &methods.WaitForUpdatesBody{Res: &types.WaitForUpdatesResponse{Returnval: *set}}
}

// WaitForUpdatesEx blocks until the server has changes after the version of the client.
func (pc *PropertyCollector) WaitForUpdatesEx(ctx *simulator.Context, req *types.WaitForUpdatesEx) soap.HasFault {
	pc.waiting.Lock()
	defer pc.waiting.Unlock()

	wait := context.Background()
	c := callOf(ctx)
	if c != nil {
		wait = c.ctx // ends with the connection and with the session
	}
	wait, cancel := context.WithCancel(wait)
	defer cancel()
	pc.cancelMu.Lock()
	pc.cancel = cancel
	pc.cancelMu.Unlock()

	most := mostUpdates
	if req.Options != nil {
		if limit := req.Options.MaxWaitSeconds; limit != nil {
			var expire context.CancelFunc
			wait, expire = context.WithTimeout(wait, time.Duration(*limit)*time.Second)
			defer expire()
		}
		if limit := int(req.Options.MaxObjectUpdates); limit > 0 {
			most = min(most, limit)
		}
	}
	body := &methods.WaitForUpdatesExBody{Res: &types.WaitForUpdatesExResponse{}}

	switch {
	case req.Version == "":
		pc.restart(ctx)
	case req.Version == strconv.Itoa(pc.version):
	case pc.sent != nil && req.Version == strconv.Itoa(pc.version-1):
		body.Res.Returnval = pc.sent // the client did not get it
		return body
	default:
		return fault(&types.InvalidCollectorVersion{})
	}

	for len(pc.pending) == 0 {
		pc.pending = pc.changes(ctx)
		if len(pc.pending) > 0 || req.Version == "" {
			break
		}
		select {
		case <-pc.watcher.changed:
			time.Sleep(settle)
		case <-wait.Done():
			switch {
			case c.sessionOver():
				return fault(notAuthenticated(pc.Self))
			case errors.Is(wait.Err(), context.DeadlineExceeded):
				return body
			}
			return fault(&types.RequestCanceled{})
		}
	}
	body.Res.Returnval = pc.page(most)
	return body
}

// restart begins with an empty version, for which all objects are new.
func (pc *PropertyCollector) restart(ctx *simulator.Context) {
	if pc.watcher == nil {
		pc.watcher = newWatcher()
		ctx.Map.AddHandler(pc.watcher)
	}
	pc.watcher.take()
	pc.filters = map[types.ManagedObjectReference]*watchedFilter{}
	pc.pending, pc.sent = nil, nil
}

// changes returns the changes since the last call, by filter.
func (pc *PropertyCollector) changes(ctx *simulator.Context) []types.PropertyFilterUpdate {
	dirty := pc.watcher.take()
	var found []types.PropertyFilterUpdate
	for _, ref := range slices.Clone(pc.Filter) {
		var updates []types.ObjectUpdate
		var missing []types.MissingObject
		if filter := pc.filters[ref]; filter != nil {
			updates, missing = filter.update(ctx, dirty)
		} else if own, ok := ctx.Session.Get(ref).(*simulator.PropertyFilter); ok {
			filter = newWatchedFilter(own.Spec, managerOf(ctx).config.SilentTasks)
			pc.filters[ref] = filter
			updates, missing = filter.updateAll(ctx)
		}
		if len(updates)+len(missing) > 0 {
			found = append(found, types.PropertyFilterUpdate{Filter: ref, ObjectSet: updates, MissingSet: missing})
		}
	}
	return found
}

// page is the next answer, with as many pending updates as one answer can contain.
func (pc *PropertyCollector) page(most int) *types.UpdateSet {
	pc.version++
	pc.sent = &types.UpdateSet{Version: strconv.Itoa(pc.version)}
	for len(pc.pending) > 0 && most > 0 {
		next := &pc.pending[0]
		n := min(most, len(next.ObjectSet))
		pc.sent.FilterSet = append(pc.sent.FilterSet, types.PropertyFilterUpdate{
			Filter: next.Filter, ObjectSet: next.ObjectSet[:n], MissingSet: next.MissingSet,
		})
		next.ObjectSet, next.MissingSet = next.ObjectSet[n:], nil
		if len(next.ObjectSet) == 0 {
			pc.pending = pc.pending[1:]
		}
		most -= n
	}
	if len(pc.pending) > 0 {
		pc.sent.Truncated = types.NewBool(true)
	}
	return pc.sent
}
