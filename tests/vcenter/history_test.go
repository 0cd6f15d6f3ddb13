// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func collector(c *vim25.Client, filter types.TaskFilterSpec) (types.ManagedObjectReference, error) {
	made, err := methods.CreateCollectorForTasks(ctx, c, &types.CreateCollectorForTasks{This: *c.ServiceContent.TaskManager, Filter: filter})
	if err != nil {
		return types.ManagedObjectReference{}, err
	}
	return made.Returnval, nil
}

func keys(infos []types.TaskInfo) []string {
	found := []string{}
	for _, info := range infos {
		found = append(found, info.Key)
	}
	return found
}

func readNext(t *testing.T, c *vim25.Client, ref types.ManagedObjectReference, n int32) []string {
	t.Helper()
	page, err := methods.ReadNextTasks(ctx, c, &types.ReadNextTasks{This: ref, MaxCount: n})
	check(t, err)
	return keys(page.Returnval)
}

func readPrevious(t *testing.T, c *vim25.Client, ref types.ManagedObjectReference, n int32) []string {
	t.Helper()
	page, err := methods.ReadPreviousTasks(ctx, c, &types.ReadPreviousTasks{This: ref, MaxCount: n})
	check(t, err)
	return keys(page.Returnval)
}

func TestScrollHistory(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		made := v.make(`{"state":"success","count":5}`)
		id := func(places ...int) []string {
			ids := []string{}
			for _, i := range places {
				ids = append(ids, made[i].Value)
			}
			return ids
		}
		ref, err := collector(c, types.TaskFilterSpec{})
		check(t, err)
		equal(t, "next", readNext(t, c, ref, 2), id(0, 1))
		equal(t, "next", readNext(t, c, ref, 10), id(2, 3, 4))
		equal(t, "next", readNext(t, c, ref, 10), id())
		equal(t, "previous", readPrevious(t, c, ref, 2), id(4, 3))
		_, err = methods.RewindCollector(ctx, c, &types.RewindCollector{This: ref})
		check(t, err)
		equal(t, "after the rewind", readNext(t, c, ref, 1), id(0))
		_, err = methods.SetCollectorPageSize(ctx, c, &types.SetCollectorPageSize{This: ref, MaxCount: 2})
		check(t, err)
		var object mo.TaskHistoryCollector
		check(t, property.DefaultCollector(c).RetrieveOne(ctx, ref, []string{"latestPage"}, &object))
		equal(t, "latest page", keys(object.LatestPage), id(3, 4))
		_, err = methods.ResetCollector(ctx, c, &types.ResetCollector{This: ref})
		check(t, err)
		equal(t, "before the latest page", readPrevious(t, c, ref, 10), id(2, 1, 0))
		_, err = methods.ReadNextTasks(ctx, c, &types.ReadNextTasks{This: ref})
		wantFault[types.InvalidArgument](t, err)
		_, err = methods.DestroyCollector(ctx, c, &types.DestroyCollector{This: ref})
		check(t, err)
		_, err = methods.ReadNextTasks(ctx, c, &types.ReadNextTasks{This: ref, MaxCount: 1})
		wantFault[types.ManagedObjectNotFound](t, err)
	})
}

func TestHistoryFilters(t *testing.T) {
	t.Parallel()
	v := start(t)
	c := v.client("json")
	var vm mo.VirtualMachine
	check(t, property.DefaultCollector(c).RetrieveOne(ctx, *v.entity(), []string{"parent"}, &vm))
	at := func(hours int) string { return time.Date(2026, 1, 2, hours, 0, 0, 0, time.UTC).Format(time.RFC3339) }
	made := []string{}
	for i, spec := range []string{
		`{"state":"success","queue_time":"` + at(1) + `","start_time":"` + at(2) + `","complete_time":"` + at(3) + `","event_chain_id":7,"activation_id":"act","user":"me"}`,
		`{"state":"error","queue_time":"` + at(4) + `","parent_task_key":"task-1","root_task_key":"task-0","change_tag":"tag","reason":{"_typeName":"TaskReasonSystem"}}`,
		`{"queue_time":"` + at(5) + `","entity":{"type":"` + vm.Parent.Type + `","value":"` + vm.Parent.Value + `"},"reason":{"_typeName":"TaskReasonAlarm","alarmName":"a","alarm":{"_typeName":"ManagedObjectReference","type":"Alarm","value":"alarm-1"},"entityName":"e","entity":{"_typeName":"ManagedObjectReference","type":"Folder","value":"group-1"}}}`,
		`{"state":"queued","queue_time":"` + at(6) + `","reason":{"_typeName":"TaskReasonSchedule","name":"s","scheduledTask":{"_typeName":"ManagedObjectReference","type":"ScheduledTask","value":"schedule-1"}}}`,
	} {
		made = append(made, fmt.Sprint(i))
		v.tasks.remembered(v.makeOne(spec).Value).Info.Key = made[i]
	}
	begin, end := time.Date(2026, 1, 2, 2, 0, 0, 0, time.UTC), time.Date(2026, 1, 2, 4, 0, 0, 0, time.UTC)
	byTime := func(option types.TaskFilterSpecTimeOption) *types.TaskFilterSpecByTime {
		return &types.TaskFilterSpecByTime{TimeType: option, BeginTime: &begin, EndTime: &end}
	}
	byEntity := func(ref types.ManagedObjectReference, recursion types.TaskFilterSpecRecursionOption) types.TaskFilterSpec {
		return types.TaskFilterSpec{Entity: &types.TaskFilterSpecByEntity{Entity: ref, Recursion: recursion}}
	}
	for want, filters := range map[string][]types.TaskFilterSpec{
		"[0]": {
			{State: []types.TaskInfoState{"success"}}, {EventChainId: []int32{7}}, {ActivationId: []string{"act"}},
			{UserName: &types.TaskFilterSpecByUsername{UserList: []string{"me"}}}, {UserName: &types.TaskFilterSpecByUsername{}},
		},
		"[1]": {
			{Time: byTime(types.TaskFilterSpecTimeOptionQueuedTime)}, {ParentTaskKey: []string{"task-1"}},
			{RootTaskKey: []string{"task-0"}}, {Tag: []string{"tag"}},
		},
		"[0 1]":   {{Time: byTime(types.TaskFilterSpecTimeOptionStartedTime)}, {Time: byTime(types.TaskFilterSpecTimeOptionCompletedTime)}},
		"[0 2 3]": {{Tag: []string{""}}},
		"[1 2 3]": {{UserName: &types.TaskFilterSpecByUsername{SystemUser: true}}},
		"[2]": {
			{Alarm: &types.ManagedObjectReference{Type: "Alarm", Value: "alarm-1"}},
			byEntity(*vm.Parent, types.TaskFilterSpecRecursionOptionSelf),
		},
		"[3]":       {{ScheduledTask: &types.ManagedObjectReference{Type: "ScheduledTask", Value: "schedule-1"}}},
		"[0 1 3]":   {byEntity(*vm.Parent, types.TaskFilterSpecRecursionOptionChildren), byEntity(*v.entity(), types.TaskFilterSpecRecursionOptionSelf)},
		"[0 1 2 3]": {byEntity(*vm.Parent, types.TaskFilterSpecRecursionOptionAll), byEntity(v.content().RootFolder, types.TaskFilterSpecRecursionOptionChildren)},
		"[]":        {{State: []types.TaskInfoState{"success"}, EventChainId: []int32{8}}},
	} {
		for _, filter := range filters {
			ref, err := collector(c, filter)
			check(t, err)
			if got := fmt.Sprint(readNext(t, c, ref, 10)); got != want {
				t.Errorf("%+v lets through %s, wanted is %s", filter, got, want)
			}
			_, err = methods.DestroyCollector(ctx, c, &types.DestroyCollector{This: ref})
			check(t, err)
		}
	}
	_, err := collector(c, byEntity(types.ManagedObjectReference{Type: "VirtualMachine", Value: "vm-0"}, "self"))
	wantFault[types.ManagedObjectNotFound](t, err)
}

func TestHistoryLimits(t *testing.T) {
	t.Parallel()
	v := start(t, "--history", "3")
	c := v.client("json")
	made := v.make(`{"state":"success","count":5}`)
	ref, err := collector(c, types.TaskFilterSpec{})
	check(t, err)
	equal(t, "history", len(readNext(t, c, ref, 10)), 3)
	for range 31 {
		_, err = collector(c, types.TaskFilterSpec{})
		check(t, err)
	}
	_, err = collector(c, types.TaskFilterSpec{})
	wantFault[types.InvalidState](t, err)
	_, err = collector(v.client("soap"), types.TaskFilterSpec{})
	check(t, err) // another session has its own limit

	v.ask("DELETE", "/tasks/"+made[4].Value, "", nil)
	v.ask("DELETE", "/tasks/"+made[3].Value+"?history=keep", "", nil)
	_, err = methods.RewindCollector(ctx, c, &types.RewindCollector{This: ref})
	check(t, err)
	equal(t, "history", readNext(t, c, ref, 10), []string{made[2].Value, made[3].Value})
}

func TestHiddenTasksTakeUpSpaceInTheHistory(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		first := v.makeOne(`{"state":"success"}`)
		v.make(`{"state":"success","forbidden":true,"count":3}`)
		last := v.makeOne(`{"state":"success"}`)
		ref, err := collector(c, types.TaskFilterSpec{})
		check(t, err)
		equal(t, "a visible task", readNext(t, c, ref, 2), []string{first.Value})
		equal(t, "only hidden tasks", readNext(t, c, ref, 3), []string{})
		equal(t, "the same page", readNext(t, c, ref, 3), []string{})
		equal(t, "a larger page", readNext(t, c, ref, 4), []string{last.Value})
		equal(t, "backward", readPrevious(t, c, ref, 1), []string{last.Value})
		equal(t, "only hidden tasks", readPrevious(t, c, ref, 3), []string{})
		equal(t, "a larger page", readPrevious(t, c, ref, 4), []string{first.Value})

		v.make(`{"state":"success","forbidden":true,"count":2}`)
		_, err = methods.SetCollectorPageSize(ctx, c, &types.SetCollectorPageSize{This: ref, MaxCount: 2})
		check(t, err)
		_, err = methods.ResetCollector(ctx, c, &types.ResetCollector{This: ref})
		check(t, err)
		equal(t, "before a latest page of hidden tasks", readPrevious(t, c, ref, 1), []string{last.Value})
	})
}

func TestNoHistoryOnESX(t *testing.T) {
	t.Parallel()
	v := start(t, "--esx")
	_, err := collector(v.client("soap"), types.TaskFilterSpec{})
	wantFault[types.NotSupported](t, err)
}

// A task that ended ten minutes ago is no longer an object, but is still in the history.
func TestOldTaskIsOnlyRemembered(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		ended := func(ago time.Duration) string { return time.Now().Add(-ago).Format(time.RFC3339) }
		old := v.makeOne(`{"state":"success","queue_time":"` + ended(time.Hour) + `","complete_time":"` + ended(time.Minute*11) + `"}`)
		_, err := read(c, 0, specOf(false, []string{"info"}, old))
		wantFault[types.ManagedObjectNotFound](t, err)

		soon := v.makeOne(`{"state":"success","progress":0,"queue_time":"` + ended(time.Hour/2) + `","complete_time":"` + ended(recentAge-2*time.Second) + `"}`)
		_, err = read(c, 0, specOf(false, []string{"info"}, soon))
		check(t, err)
		w := newWaiter(t, c, soon)
		set := w.must("")
		set = w.must(set.Version)
		equal(t, "in updates", changesOf(set)["kind"], any(types.ObjectUpdateKindLeave))
		_, err = read(c, 0, specOf(false, []string{"info"}, soon))
		wantFault[types.ManagedObjectNotFound](t, err)
		equal(t, "recent tasks", len(v.tasks.Get().(*mo.TaskManager).RecentTask), 0)
		ref, err := collector(c, types.TaskFilterSpec{})
		check(t, err)
		equal(t, "history", readNext(t, c, ref, 10), []string{old.Value, soon.Value})
		equal(t, "a progress of 0 is kept", v.reportsProgress(soon.Value), true)
	})
}

// The history does not contain a new task immediately.
func TestHistoryLags(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		v.ask("PUT", "/history", `{"lag":0.3}`, nil)
		task := v.makeOne(`{}`)
		ref, err := collector(c, types.TaskFilterSpec{})
		check(t, err)
		w := &waiter{t: t, c: c, pc: c.ServiceContent.PropertyCollector}
		_, err = methods.CreateFilter(ctx, c, &types.CreateFilter{This: w.pc, Spec: specOf(false, []string{"latestPage"}, ref)})
		check(t, err)
		equal(t, "at first", readNext(t, c, ref, 10), []string{})
		_, err = read(c, 0, specOf(false, []string{"info"}, task))
		check(t, err)
		version := w.must("").Version
		set := w.must(version) // clients that watch the latest page are notified
		equal(t, "latest page", len(changesOf(set)["latestPage"].(types.ArrayOfTaskInfo).TaskInfo), 1)
		equal(t, "later", readNext(t, c, ref, 10), []string{task.Value})
	}, "--history-lag=1h")
}
