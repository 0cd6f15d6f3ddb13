// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"fmt"
	"testing"

	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

func taskRefs(ids ...string) (refs []types.ManagedObjectReference) {
	for _, id := range ids {
		refs = append(refs, types.ManagedObjectReference{Type: "Task", Value: id})
	}
	return refs
}

func specOf(report bool, paths []string, refs ...types.ManagedObjectReference) types.PropertyFilterSpec {
	spec := types.PropertyFilterSpec{PropSet: []types.PropertySpec{{Type: refs[0].Type, PathSet: paths}}}
	for _, ref := range refs {
		spec.ObjectSet = append(spec.ObjectSet, types.ObjectSpec{Obj: ref})
	}
	if report {
		spec.ReportMissingObjectsInResults = &report
	}
	return spec
}

func read(c *vim25.Client, most int32, spec types.PropertyFilterSpec) (*types.RetrieveResult, error) {
	answer, err := methods.RetrievePropertiesEx(ctx, c, &types.RetrievePropertiesEx{
		This: c.ServiceContent.PropertyCollector, SpecSet: []types.PropertyFilterSpec{spec}, Options: types.RetrieveOptions{MaxObjects: most},
	})
	if err != nil {
		return nil, err
	}
	return answer.Returnval, nil
}

func TestUnknownObjectsAreLeftOutOfRead(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		refs := append(taskRefs("task-404"), v.make(`{"count":2}`)...)
		_, err := read(c, 0, specOf(false, []string{"info.state"}, refs...))
		equal(t, "object", wantFault[types.ManagedObjectNotFound](t, err).Obj, refs[0])
		found, err := read(c, 0, specOf(true, []string{"info.state"}, refs...))
		check(t, err)
		equal(t, "objects", len(found.Objects), 2)
	})
}

func TestReadInPages(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		refs := v.make(`{"count":5}`)
		found, err := read(c, 2, specOf(false, []string{"info.state", "info.progress"}, refs...))
		check(t, err)
		seen, token := len(found.Objects), found.Token
		for token != "" {
			more, err := methods.ContinueRetrievePropertiesEx(ctx, c, &types.ContinueRetrievePropertiesEx{This: c.ServiceContent.PropertyCollector, Token: token})
			check(t, err)
			for _, object := range more.Returnval.Objects {
				equal(t, "properties", len(object.PropSet), 1) // tasks without a progress
			}
			seen, token = seen+len(more.Returnval.Objects), more.Returnval.Token
		}
		equal(t, "objects", seen, 5)
		_, err = methods.ContinueRetrievePropertiesEx(ctx, c, &types.ContinueRetrievePropertiesEx{This: c.ServiceContent.PropertyCollector, Token: "bogus"})
		wantFault[types.InvalidArgument](t, err)
		found, err = read(c, 2, specOf(false, []string{"info.state"}, refs...))
		check(t, err)
		_, err = methods.CancelRetrievePropertiesEx(ctx, c, &types.CancelRetrievePropertiesEx{This: c.ServiceContent.PropertyCollector, Token: found.Token})
		check(t, err)
	})
}

// missingIn returns the objects that an update set reports as missing.
func missingIn(set *types.UpdateSet) (ids []string) {
	for _, filter := range set.FilterSet {
		for _, object := range filter.MissingSet {
			ids = append(ids, object.Obj.Value)
			if _, ok := object.Fault.Fault.(*types.ManagedObjectNotFound); !ok || object.Fault.LocalizedMessage == "" {
				ids = append(ids, fmt.Sprintf("%T", object.Fault.Fault))
			}
		}
	}
	return ids
}

// A missing object is reported once, to a filter that requests it.
func TestMissingObjectsInUpdates(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		refs := append(taskRefs("task-404"), v.make(`{"count":2}`)...)
		made, err := methods.CreatePropertyCollector(ctx, c, &types.CreatePropertyCollector{This: c.ServiceContent.PropertyCollector})
		check(t, err)
		w := &waiter{t: t, c: c, pc: made.Returnval}
		wantFault[types.ManagedObjectNotFound](t, w.watch(refs...))
		_, err = methods.CreateFilter(ctx, c, &types.CreateFilter{This: w.pc, Spec: specOf(true, []string{"info.state"}, refs...)})
		check(t, err)
		set := w.must("")
		equal(t, "missing", missingIn(set), []string{"task-404"})
		equal(t, "objects", len(set.FilterSet[0].ObjectSet), 2)

		v.ask("DELETE", "/tasks/"+refs[1].Value, "", nil)
		set = w.must(set.Version)
		equal(t, "gone", missingIn(set), []string{refs[1].Value})
		equal(t, "leaves", set.FilterSet[0].ObjectSet[0].Kind, types.ObjectUpdateKindLeave)
		v.ask("PATCH", "/tasks/"+refs[2].Value, `{"state":"success"}`, nil)
		set = w.must(set.Version)
		equal(t, "told again", len(missingIn(set)), 0)
	}, "--wrapped-faults")
}

// An update follows even if all objects are missing.
func TestOnlyMissingObjects(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	pc := "PropertyCollector/propertyCollector"
	r.call(pc+"/CreateFilter", `{"spec":{"_typeName":"PropertyFilterSpec","reportMissingObjectsInResults":true,`+
		`"propSet":[{"_typeName":"PropertySpec","type":"Task","pathSet":["info.state"]}],`+
		`"objectSet":[{"_typeName":"ObjectSpec","obj":{"_typeName":"ManagedObjectReference","type":"Task","value":"task-404"}}]},"partialUpdates":false}`).want(t, 200)
	r.wait("").want(t, 200, `"missingSet":[{"_typeName":"MissingObject","obj":{"_typeName":"ManagedObjectReference","type":"Task","value":"task-404"},`+
		`"fault":{"_typeName":"ManagedObjectNotFound","obj":{"_typeName":"ManagedObjectReference","type":"Task","value":"task-404"},"faultstring":"The object has`)
}

// A task that the user cannot see is withheld in every way of reading, and does not hide others.
func TestForbiddenTask(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		forbidden, other := v.makeOne(`{"forbidden":true}`), v.makeOne(`{"progress":3}`)
		paths := []string{"info", "info.state", "info.error", "value"}
		found, err := read(c, 0, specOf(false, paths, forbidden, other))
		check(t, err)
		equal(t, "objects", len(found.Objects), 2)
		withheld := []string{}
		for _, missing := range found.Objects[0].MissingSet {
			denied := missing.Fault.Fault.(*types.NoPermission)
			equal(t, "fault", []string{denied.Object.Value, denied.PrivilegeId}, []string{forbidden.Value, "System.View"})
			withheld = append(withheld, missing.Path)
		}
		equal(t, "withheld", withheld, paths[:3])
		equal(t, "left", len(found.Objects[0].PropSet), 1)
		equal(t, "the other", len(found.Objects[1].MissingSet), 0)
		ref, err := collector(c, types.TaskFilterSpec{})
		check(t, err)
		equal(t, "history", readNext(t, c, ref, 10), []string{other.Value})

		w := newWaiter(t, c, forbidden, other)
		set := w.must("")
		equal(t, "in updates", len(set.FilterSet[0].ObjectSet[0].MissingSet)+len(set.FilterSet[0].ObjectSet[1].MissingSet), 3)
		set, err = w.during(v, set.Version, func() { v.ask("PATCH", "/tasks/"+forbidden.Value, `{"forbidden":false}`, nil) })
		check(t, err)
		equal(t, "permitted", changesOf(set)["info.state"], any(types.TaskInfoStateRunning))
	}, "--wrapped-faults")
	v := start(t)
	r := v.raw().login()
	task := v.makeOne(`{"forbidden":true}`).Value
	r.call("Task/"+task+"/info").want(t, 500, `{"_typeName":"NoPermission","object":{"_typeName":"ManagedObjectReference","type":"Task","value":"`+task+`"},"privilegeId":"System.View"`)
	r.fetch("Task", task, "info").want(t, 500, `type="NoPermission"`, "System.View")
}

// fetch reads one property over SOAP, like pyVmomi.
func (r *raw) fetch(moType, id, property string) answer {
	r.v.t.Helper()
	return r.soap(`vmware_soap_session="`+r.session+`"`,
		`<Fetch xmlns="urn:vim25"><_this type="`+moType+`">`+id+`</_this><prop>`+property+`</prop></Fetch>`)
}

func TestFetch(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	r.fetch("Task", v.makeOne(`{}`).Value, "info").want(t, 200, `<FetchResponse xmlns="urn:vim25"><returnval xsi:type="TaskInfo"><key>`)
	r.fetch("VirtualMachine", "vm-65", "snapshot").want(t, 200, `<FetchResponse xmlns="urn:vim25"></FetchResponse>`)
	r.fetch("ServiceInstance", "ServiceInstance", "content").want(t, 200, "<taskManager ", "VStorageObjectManager")
	r.fetch("Task", "task-404", "info").want(t, 500, "ManagedObjectNotFound")
	r.session = ""
	r.fetch("TaskManager", "TaskManager", "recentTask").want(t, 500, "NotAuthenticated")
}
