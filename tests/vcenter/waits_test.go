// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

const waitPath = "PropertyCollector/propertyCollector/WaitForUpdatesEx"

func waitBody(version string) string {
	return `{"version":"` + version + `","options":{"_typeName":"WaitOptions","maxWaitSeconds":60}}`
}

// wait waits for updates of the session's shared collector.
func (r *raw) wait(version string) answer {
	return r.call(waitPath, waitBody(version))
}

// waiter is a collector with a filter on tasks.
type waiter struct {
	t      *testing.T
	c      *vim25.Client
	pc     types.ManagedObjectReference
	filter types.ManagedObjectReference
}

func newWaiter(t *testing.T, c *vim25.Client, tasks ...types.ManagedObjectReference) *waiter {
	t.Helper()
	made, err := methods.CreatePropertyCollector(ctx, c, &types.CreatePropertyCollector{This: c.ServiceContent.PropertyCollector})
	check(t, err)
	w := &waiter{t: t, c: c, pc: made.Returnval}
	check(t, w.watch(tasks...))
	return w
}

func (w *waiter) watch(tasks ...types.ManagedObjectReference) error {
	spec := types.PropertyFilterSpec{PropSet: []types.PropertySpec{{Type: "Task", PathSet: []string{"info.state", "info.progress", "info.error"}}}}
	for _, task := range tasks {
		spec.ObjectSet = append(spec.ObjectSet, types.ObjectSpec{Obj: task})
	}
	made, err := methods.CreateFilter(ctx, w.c, &types.CreateFilter{This: w.pc, Spec: spec})
	if err == nil {
		w.filter = made.Returnval
	}
	return err
}

func (w *waiter) next(version string, options types.WaitOptions) (*types.UpdateSet, error) {
	answer, err := methods.WaitForUpdatesEx(ctx, w.c, &types.WaitForUpdatesEx{This: w.pc, Version: version, Options: &options})
	if err != nil {
		return nil, err
	}
	return answer.Returnval, nil
}

// during waits for updates, and does something again and again from the moment when the server holds the wait.
func (w *waiter) during(v *vcenter, version string, do func()) (set *types.UpdateSet, err error) {
	w.t.Helper()
	var over atomic.Bool
	go func() {
		set, err = w.next(version, types.WaitOptions{})
		over.Store(true)
	}()
	eventually(w.t, "the server holds the wait", func() bool { return v.running() == 1 })
	eventually(w.t, "the wait ends", func() bool { do(); return over.Load() })
	return set, err
}

func (w *waiter) must(version string) *types.UpdateSet {
	w.t.Helper()
	set, err := w.next(version, types.WaitOptions{MaxWaitSeconds: types.NewInt32(10)})
	check(w.t, err)
	return set
}

func changesOf(set *types.UpdateSet) map[string]any {
	found := map[string]any{}
	for _, filter := range set.FilterSet {
		for _, object := range filter.ObjectSet {
			found["kind"] = object.Kind
			for _, change := range object.ChangeSet {
				found[change.Name] = change.Val
			}
		}
	}
	return found
}

func TestWaitForUpdates(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		task := v.makeOne(`{"progress":10}`)
		w := newWaiter(t, c, task)
		set := w.must("")
		equal(t, "first", changesOf(set), map[string]any{
			"kind": types.ObjectUpdateKindEnter, "info.state": types.TaskInfoStateRunning, "info.progress": int32(10), "info.error": nil})

		set, err := w.during(v, set.Version, func() { _ = v.tasks.find(task.Value).setStateNow(types.TaskInfoStateSuccess) })
		check(t, err)
		equal(t, "change", changesOf(set), map[string]any{"kind": types.ObjectUpdateKindModify, "info.state": types.TaskInfoStateSuccess})

		begin := time.Now()
		none, err := w.next(set.Version, types.WaitOptions{MaxWaitSeconds: types.NewInt32(1)})
		check(t, err)
		equal(t, "when time is up", none, nil)
		equal(t, "waited", time.Since(begin) >= time.Second, true)
		none, err = w.next(set.Version, types.WaitOptions{MaxWaitSeconds: types.NewInt32(0)})
		check(t, err)
		equal(t, "a look", none, nil)
	})
}

// A lost answer is repeated. With an empty version, everything is new, and other versions are rejected.
func TestCollectorVersions(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		task := v.makeOne(`{}`)
		w := newWaiter(t, c, task)
		first := w.must("")
		v.ask("PATCH", "/tasks/"+task.Value, `{"progress":5}`, nil)
		second := w.must(first.Version)
		equal(t, "again", w.must(first.Version), second)
		equal(t, "restart", changesOf(w.must(""))["kind"], any(types.ObjectUpdateKindEnter))
		_, err := w.next("77", types.WaitOptions{})
		wantFault[types.InvalidCollectorVersion](t, err)
	})
}

func TestUpdatesOfFilters(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		tasks := v.make(`{"count":250}`)
		w := newWaiter(t, c, tasks[:240]...)
		version, seen, answers := "", 0, 0
		for truncated := true; truncated; answers++ {
			set := w.must(version)
			for _, filter := range set.FilterSet {
				seen += len(filter.ObjectSet)
			}
			version, truncated = set.Version, set.Truncated != nil && *set.Truncated
		}
		equal(t, "objects", seen, 240)
		equal(t, "answers", answers, 3)

		// A removed task leaves, and the others are still watched.
		v.ask("DELETE", "/tasks/"+tasks[0].Value, "", nil)
		set := w.must(version)
		equal(t, "gone", changesOf(set), map[string]any{"kind": types.ObjectUpdateKindLeave})
		v.ask("PATCH", "/tasks/"+tasks[1].Value, `{"state":"success"}`, nil)
		set = w.must(set.Version)
		equal(t, "the others", changesOf(set)["info.state"], any(types.TaskInfoStateSuccess))

		// Filters come and go.
		old := w.filter
		check(t, w.watch(tasks[245]))
		set = w.must(set.Version)
		equal(t, "another filter", set.FilterSet[0].Filter, w.filter)
		_, err := methods.DestroyPropertyFilter(ctx, c, &types.DestroyPropertyFilter{This: old})
		check(t, err)
		v.ask("PATCH", "/tasks/"+tasks[2].Value, `{"state":"success"}`, nil)
		none, err := w.next(set.Version, types.WaitOptions{MaxWaitSeconds: types.NewInt32(0)})
		check(t, err)
		equal(t, "of the filter that is gone", none, nil)
		wantFault[types.ManagedObjectNotFound](t, w.watch(types.ManagedObjectReference{Type: "Task", Value: "task-404"}))
	})
}

// govmomi's own waits work, which traverse from a view.
func TestTraversal(t *testing.T) {
	t.Parallel()
	v := start(t)
	c := v.client("json")
	seen := 0
	spec := types.PropertyFilterSpec{
		PropSet: []types.PropertySpec{{Type: "Task", PathSet: []string{"info.state"}}},
		ObjectSet: []types.ObjectSpec{{Obj: *c.ServiceContent.TaskManager, Skip: types.NewBool(true), SelectSet: []types.BaseSelectionSpec{
			&types.TraversalSpec{Type: "TaskManager", Path: "recentTask"},
		}}},
	}
	v.make(`{"count":2}`)
	wait, stop := context.WithTimeout(ctx, 30*time.Second)
	defer stop()
	filter := &property.WaitFilter{CreateFilter: types.CreateFilter{Spec: spec}}
	err := property.WaitForUpdates(wait, property.DefaultCollector(c), filter, func(updates []types.ObjectUpdate) bool {
		if seen == 0 {
			go v.make(`{}`)
		}
		seen += len(updates)
		return seen == 3
	})
	check(t, err)
}

func TestCancelWaitForUpdates(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		w := newWaiter(t, c, v.makeOne(`{}`))
		version := w.must("").Version
		_, err := w.during(v, version, func() {
			_, _ = methods.CancelWaitForUpdates(ctx, c, &types.CancelWaitForUpdates{This: w.pc})
		})
		wantFault[types.RequestCanceled](t, err)
		_, err = methods.DestroyPropertyCollector(ctx, c, &types.DestroyPropertyCollector{This: w.pc})
		check(t, err)
		equal(t, "collectors", v.collectors(), map[string]int{"PropertyCollector": 0, "PropertyFilter": 0, "TaskHistoryCollector": 0})
	})
}

func (v *vcenter) collectors() map[string]int {
	return v.sessions.collectors(v.content().PropertyCollector)
}

// running counts the calls in the simulator.
func (v *vcenter) running() (n int) {
	v.calls.Range(func(any, any) bool { n++; return true })
	return n
}

// A client that disconnects leaves no wait behind.
func TestHangUp(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	made := r.call("PropertyCollector/propertyCollector/CreatePropertyCollector", "").want(t, 200)
	var pc struct{ Value string }
	check(t, json.Unmarshal([]byte(made.body), &pc))
	path := "PropertyCollector/" + url.PathEscape(pc.Value)
	r.call(path+"/CreateFilter", fmt.Sprintf(`{"spec":{"_typeName":"PropertyFilterSpec",`+
		`"propSet":[{"_typeName":"PropertySpec","type":"Task","pathSet":["info.state"]}],`+
		`"objectSet":[{"_typeName":"ObjectSpec","obj":{"_typeName":"ManagedObjectReference","type":"Task","value":%q}}]},"partialUpdates":false}`, v.makeOne(`{}`).Value)).want(t, 200)
	r.call(path+"/WaitForUpdatesEx", `{"version":""}`).want(t, 200, `"version":"1"`)
	r.http.Timeout = 100 * time.Millisecond
	if _, err := r.send("POST", vijsonPrefix+r.release+"/"+path+"/WaitForUpdatesEx", `{"version":"1"}`); err == nil {
		t.Fatal("it was to be cut off")
	}
	eventually(t, "the wait ends", func() bool { return v.running() == 0 })
}
