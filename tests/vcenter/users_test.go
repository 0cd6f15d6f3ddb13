// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func currentSession(t *testing.T, c *vim25.Client) types.UserSession {
	t.Helper()
	var manager mo.SessionManager
	check(t, property.DefaultCollector(c).RetrieveOne(ctx, *c.ServiceContent.SessionManager, []string{"currentSession"}, &manager))
	return *manager.CurrentSession
}

// A user who logs in as user@domain has the name DOMAIN\user.
func TestPrincipal(t *testing.T) {
	t.Parallel()
	for login, principal := range map[string]string{
		"administrator@vsphere.local": `VSPHERE.LOCAL\Administrator`, "ann@example.com": `EXAMPLE.COM\ann`, `VSPHERE.LOCAL\Administrator`: `VSPHERE.LOCAL\Administrator`, "root": "root",
	} {
		equal(t, login, principalOf(login), principal)
	}
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		equal(t, "session", currentSession(t, c).UserName, `VSPHERE.LOCAL\Administrator`)
		created, err := createTask(c, types.CreateTask{Obj: *v.entity()})
		check(t, err)
		equal(t, "created", created.Reason.(*types.TaskReasonUser).UserName, `VSPHERE.LOCAL\Administrator`)
		equal(t, "made", v.taskInfo(v.makeOne(`{}`)).Reason.(*types.TaskReasonUser).UserName, `VSPHERE.LOCAL\Administrator`)
	})
}

// A user can make the calls that a privilege allows. Other calls are faults that name the missing privilege.
func TestPrivileges(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, _ *vim25.Client) {
		protocol := strings.TrimPrefix(t.Name(), "TestPrivileges/")
		as := func(privileges string) *vim25.Client {
			v.ask("PUT", "/users", `{"name":"ann@example.com","password":"S3cret!","privileges":`+privileges+`}`, nil)
			return v.client(protocol, "ann@example.com")
		}
		denied := func(err error, privilege string) types.ManagedObjectReference {
			t.Helper()
			refused := wantFault[types.NoPermission](t, err)
			equal(t, "privilege", refused.PrivilegeId, privilege)
			return *refused.Object
		}
		task := v.makeOne(`{"cancelable":true}`)

		c := as(`["System.View","Task.Create"]`)
		own, err := createTask(c, types.CreateTask{Obj: *v.entity(), Cancelable: true})
		check(t, err)
		check(t, cancel(c, own.Task))
		equal(t, "object", denied(setProgress(c, own.Task, 1), "Task.Update"), own.Task)
		denied(cancel(c, task), "Global.CancelTask")
		denied(registerExtension(c, newExtension("x.y")), "Extension.Register")

		c = as(`["System.View","Task.Update","Global.CancelTask"]`)
		check(t, setState(c, own.Task, types.TaskInfoStateRunning, nil, nil))
		check(t, setProgress(c, own.Task, 1))
		check(t, describe(c, own.Task, "x"))
		check(t, cancel(c, task))
		_, err = createTask(c, types.CreateTask{Obj: *v.entity()})
		equal(t, "object", denied(err, "Task.Create"), *v.entity())

		c = as(`[]`)
		found, err := read(c, 0, specOf(false, []string{"info.state", "info.error"}, task))
		check(t, err)
		equal(t, "withheld", len(found.Objects[0].MissingSet), 2)
		equal(t, "left", len(found.Objects[0].PropSet), 0)
		_, err = collector(c, types.TaskFilterSpec{})
		denied(err, "System.View")
		_, err = methods.CreatePropertyCollector(ctx, c, &types.CreatePropertyCollector{This: c.ServiceContent.PropertyCollector})
		denied(err, "System.View")
	}, "--wrapped-faults")
}

// The language of a session is that of its login.
func TestLocale(t *testing.T) {
	t.Parallel()
	v := start(t)
	for _, protocol := range []string{"json", "soap"} {
		for locale, want := range map[string][2]string{"": {"en", ""}, "en_US": {"en_US", ""}, "de": {"de", "[de] "}, "de_DE": {"de_DE", "[de] "}} {
			c := v.anonymous(protocol)
			login := types.Login{This: *c.ServiceContent.SessionManager, UserName: v.config.User, Password: v.config.Password, Locale: locale}
			answer, err := methods.Login(ctx, c, &login)
			check(t, err)
			equal(t, "answer", answer.Returnval.Locale, want[0])
			equal(t, "session", currentSession(t, c).Locale, want[0])
			var manager mo.TaskManager
			check(t, property.DefaultCollector(c).RetrieveOne(ctx, *c.ServiceContent.TaskManager, []string{"description"}, &manager))
			label := manager.Description.MethodInfo[0].GetElementDescription().Label
			equal(t, "label of "+locale, strings.HasPrefix(label, want[1]) && strings.HasPrefix(label, "[") == (want[1] != ""), true)
			single := readOne(*c.ServiceContent.TaskManager, `description.methodInfo["VirtualMachine.powerOn"].label`)
			single.This = c.ServiceContent.PropertyCollector
			found, err := methods.RetrievePropertiesEx(ctx, c, single)
			check(t, err)
			equal(t, "single label of "+locale, found.Returnval.Objects[0].PropSet[0].Val, any(want[1]+"Power On virtual machine"))
			equal(t, "state of "+locale, strings.HasPrefix(manager.Description.State[0].GetElementDescription().Label, want[1]), true)
		}
		c := v.anonymous(protocol)
		_, err := methods.Login(ctx, c, &types.Login{This: *c.ServiceContent.SessionManager, UserName: v.config.User, Password: v.config.Password, Locale: "nowhere"})
		wantFault[types.InvalidLocale](t, err)
	}
}

// The reasons of tasks, and a description without a text.
func TestReasonsAndDescription(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	task := v.makeOne(`{"reason":{"_typeName":"TaskReasonSchedule","name":"nightly","scheduledTask":{"_typeName":"ManagedObjectReference","type":"ScheduledTask","value":"schedule-2"}},
		"description":{"key":"com.vmware.vdp2.task.description","arg":[{"key":"workOrderId","value":"cp.1"}]}}`).Value
	r.call("Task/"+task+"/info").want(t, 200,
		`"description":{"_typeName":"LocalizableMessage","key":"com.vmware.vdp2.task.description","arg":[{"_typeName":"KeyAnyValue","key":"workOrderId","value":{"_typeName":"string","_value":"cp.1"}}]}`,
		`"reason":{"_typeName":"TaskReasonSchedule","name":"nightly","scheduledTask":`)
	r.fetch("Task", task, "info").want(t, 200,
		`<description><key>com.vmware.vdp2.task.description</key><arg><key>workOrderId</key><value xsi:type="xsd:string">cp.1</value></arg></description>`,
		`<reason xsi:type="TaskReasonSchedule"><name>nightly</name><scheduledTask type="ScheduledTask">schedule-2</scheduledTask></reason>`)
	task = v.makeOne(`{"reason":{"_typeName":"TaskReasonAlarm","alarmName":"hot","alarm":{"_typeName":"ManagedObjectReference","type":"Alarm","value":"alarm-1"},
		"entityName":"e","entity":{"_typeName":"ManagedObjectReference","type":"Folder","value":"group-1"}}}`).Value
	r.call("Task/"+task+"/info").want(t, 200, `"reason":{"_typeName":"TaskReasonAlarm","alarmName":"hot"`)
	r.fetch("Task", task, "info").want(t, 200, `<reason xsi:type="TaskReasonAlarm"><alarmName>hot</alarmName><alarm type="Alarm">alarm-1</alarm>`)
}

// The IDs of ESXi tasks contain the operation, and ESXi users have no domain.
func TestTasksOfESXi(t *testing.T) {
	t.Parallel()
	v := start(t, "--esx")
	c := v.client("soap")
	equal(t, "user", currentSession(t, c).UserName, "root")
	made := v.makeOne(`{"description_id":"VirtualMachine.createSnapshot"}`)
	equal(t, "made", regexp.MustCompile(`^haTask-`+v.entity().Value+`-vim\.VirtualMachine\.createSnapshot-\d+$`).MatchString(made.Value), true)
	started := powerOff(t, v, c)
	equal(t, "started", regexp.MustCompile(`^haTask-`+v.entity().Value+`-vim\.VirtualMachine\.powerOff-\d+$`).MatchString(started.Value), true)
	info := v.ends(started)
	equal(t, "key", []string{info.Key, info.Task.Value}, []string{started.Value, started.Value})
	equal(t, "state", info.State, types.TaskInfoStateSuccess)
	equal(t, "reason", info.Reason.(*types.TaskReasonUser).UserName, "root")
	equal(t, "recent", v.tasks.Get().(*mo.TaskManager).RecentTask, []types.ManagedObjectReference{made, started})
	equal(t, "root folder", v.content().RootFolder.Value, "ha-folder-root")
	for name, ref := range map[string]*types.ManagedObjectReference{"extensions": v.content().ExtensionManager, "fields": v.content().CustomFieldsManager, "alarms": v.content().AlarmManager, "schedules": v.content().ScheduledTaskManager} {
		equal(t, name, ref, nil)
	}
}
