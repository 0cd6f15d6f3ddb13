// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"reflect"
	"sync"

	"github.com/google/uuid"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type refs map[types.ManagedObjectReference]struct{}

// watcher records which objects have changed.
type watcher struct {
	self    types.ManagedObjectReference
	changed chan struct{}

	mu    sync.Mutex
	dirty refs
}

func newWatcher() *watcher {
	return &watcher{
		self:    types.ManagedObjectReference{Type: "watcher", Value: uuid.NewString()},
		changed: make(chan struct{}, 1),
		dirty:   refs{},
	}
}

// take returns the objects that have changed since the last call.
func (w *watcher) take() refs {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.changed:
	default:
	}
	dirty := w.dirty
	w.dirty = refs{}
	return dirty
}

func (w *watcher) note(ref types.ManagedObjectReference) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dirty[ref] = struct{}{}
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// Reference distinguishes the registry's handlers.
func (w *watcher) Reference() types.ManagedObjectReference { return w.self }

// PutObject is called for each new object.
func (w *watcher) PutObject(_ *simulator.Context, object mo.Reference) { w.note(object.Reference()) }

// UpdateObject is called for each change.
func (w *watcher) UpdateObject(_ *simulator.Context, object mo.Reference, _ []types.PropertyChange) {
	w.note(object.Reference())
}

// RemoveObject is called for each removed object.
func (w *watcher) RemoveObject(_ *simulator.Context, ref types.ManagedObjectReference) { w.note(ref) }

// watchedFilter is a filter with the state of its objects that the client knows.
type watchedFilter struct {
	spec    types.PropertyFilterSpec
	named   map[types.ManagedObjectReference]types.ObjectSpec // nil if the filter finds objects by traversal
	missing refs                                              // known to the client, or nil if it does not request them
	silent  bool                                              // finds other objects only for an empty version
	objects map[types.ManagedObjectReference]types.ObjectContent
}

func newWatchedFilter(spec types.PropertyFilterSpec, silent bool) *watchedFilter {
	f := &watchedFilter{
		spec:    spec,
		silent:  silent,
		named:   map[types.ManagedObjectReference]types.ObjectSpec{},
		objects: map[types.ManagedObjectReference]types.ObjectContent{},
	}
	if report := spec.ReportMissingObjectsInResults; report != nil && *report {
		f.missing = refs{}
	}
	f.spec.ReportMissingObjectsInResults = types.NewBool(true)
	for _, object := range spec.ObjectSet {
		if len(object.SelectSet) > 0 {
			f.named = nil
			break
		}
		f.named[object.Obj] = object
	}
	return f
}

// update reads the changed objects, or all objects if the filter can find others now.
func (f *watchedFilter) update(ctx *simulator.Context, dirty refs) ([]types.ObjectUpdate, []types.MissingObject) {
	if len(dirty) == 0 {
		return nil, nil
	}
	if f.named == nil && !f.silent {
		return f.updateAll(ctx)
	}
	var some []types.ObjectSpec
	for ref := range dirty {
		if object, ok := f.named[ref]; ok {
			some = append(some, object)
		} else if _, known := f.objects[ref]; known && ref.Type == "Task" {
			some = append(some, types.ObjectSpec{Obj: ref})
		}
	}
	if len(some) == 0 {
		return nil, nil
	}
	found := f.collect(ctx, some)
	updates := f.compare(found)
	there := refs{}
	for _, content := range found {
		there[content.Obj] = struct{}{}
	}
	for _, object := range some {
		updates = f.leave(updates, object.Obj, there)
	}
	return updates, f.gone(ctx, some)
}

// gone returns the named objects that do not exist and that the client does not know as missing.
func (f *watchedFilter) gone(ctx *simulator.Context, named []types.ObjectSpec) (missing []types.MissingObject) {
	if f.missing == nil {
		return nil
	}
	for _, object := range named {
		if lookup(ctx, object.Obj) != nil {
			delete(f.missing, object.Obj)
		} else if _, told := f.missing[object.Obj]; !told {
			f.missing[object.Obj] = struct{}{}
			missing = append(missing, types.MissingObject{
				Obj: object.Obj, Fault: *localized(&types.ManagedObjectNotFound{Obj: object.Obj}),
			})
		}
	}
	return missing
}

func (f *watchedFilter) updateAll(ctx *simulator.Context) ([]types.ObjectUpdate, []types.MissingObject) {
	found := f.collect(ctx, f.spec.ObjectSet)
	updates := f.compare(found)
	there := refs{}
	for _, content := range found {
		there[content.Obj] = struct{}{}
	}
	for ref := range f.objects {
		updates = f.leave(updates, ref, there)
	}
	return updates, f.gone(ctx, f.spec.ObjectSet)
}

// collect reads the present state of the objects.
func (f *watchedFilter) collect(ctx *simulator.Context, objects []types.ObjectSpec) []types.ObjectContent {
	spec := f.spec
	spec.ObjectSet = objects
	result := retrieve(ctx, &types.RetrievePropertiesEx{SpecSet: []types.PropertyFilterSpec{spec}})
	if result.Res == nil {
		return nil
	}
	return result.Res.Returnval.Objects
}

// leave adds the removal of an object, if the client knows the object.
func (f *watchedFilter) leave(updates []types.ObjectUpdate, ref types.ManagedObjectReference, there refs) []types.ObjectUpdate {
	_, known := f.objects[ref]
	if _, still := there[ref]; still || !known {
		return updates
	}
	delete(f.objects, ref)
	return append(updates, types.ObjectUpdate{Kind: types.ObjectUpdateKindLeave, Obj: ref})
}

// compare returns the changes that the client does not know.
func (f *watchedFilter) compare(found []types.ObjectContent) []types.ObjectUpdate {
	var updates []types.ObjectUpdate
	for _, content := range found {
		known, modified := f.objects[content.Obj]
		update := types.ObjectUpdate{Kind: types.ObjectUpdateKindEnter, Obj: content.Obj, MissingSet: content.MissingSet}
		if modified {
			update.Kind = types.ObjectUpdateKindModify
			update.ChangeSet = differences(known.PropSet, content.PropSet)
		} else {
			update.ChangeSet = differences(f.unset(content), content.PropSet)
		}
		f.objects[content.Obj] = content
		if !modified || len(update.ChangeSet) > 0 || !reflect.DeepEqual(known.MissingSet, content.MissingSet) {
			updates = append(updates, update)
		}
	}
	return updates
}

// unset contains the requested properties without a value. A new object includes them.
func (f *watchedFilter) unset(content types.ObjectContent) (unset []types.DynamicProperty) {
	missing := map[string]bool{}
	for _, property := range content.MissingSet {
		missing[property.Path] = true
	}
	for _, set := range f.spec.PropSet {
		if set.Type != content.Obj.Type {
			continue
		}
		for _, path := range set.PathSet {
			if !missing[path] {
				unset = append(unset, types.DynamicProperty{Name: path, Val: struct{}{}}) // different from any value
			}
		}
	}
	return unset
}

// differences returns the changes between two sets of properties. A property that has lost its value is assigned none.
func differences(before, after []types.DynamicProperty) (changes []types.PropertyChange) {
	old, now := map[string]any{}, map[string]any{}
	for _, property := range before {
		old[property.Name] = property.Val
	}
	for _, property := range after {
		now[property.Name] = property.Val
		if known, ok := old[property.Name]; !ok || !reflect.DeepEqual(known, property.Val) {
			changes = append(changes, change(property.Name, property.Val))
		}
	}
	for _, property := range before {
		if _, ok := now[property.Name]; !ok {
			changes = append(changes, change(property.Name, nil))
		}
	}
	for i := range changes {
		changes[i].Op = types.PropertyChangeOpAssign
	}
	return changes
}
