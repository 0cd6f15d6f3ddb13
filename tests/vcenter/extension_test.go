// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

func findExtension(t *testing.T, c *vim25.Client, key string) *types.Extension {
	t.Helper()
	found, err := methods.FindExtension(ctx, c, &types.FindExtension{This: *c.ServiceContent.ExtensionManager, ExtensionKey: key})
	check(t, err)
	return found.Returnval
}

func registerExtension(c *vim25.Client, extension types.Extension) error {
	_, err := methods.RegisterExtension(ctx, c, &types.RegisterExtension{This: *c.ServiceContent.ExtensionManager, Extension: extension})
	return err
}

func updateExtension(c *vim25.Client, extension types.Extension) error {
	_, err := methods.UpdateExtension(ctx, c, &types.UpdateExtension{This: *c.ServiceContent.ExtensionManager, Extension: extension})
	return err
}

func unregisterExtension(c *vim25.Client, key string) error {
	_, err := methods.UnregisterExtension(ctx, c, &types.UnregisterExtension{This: *c.ServiceContent.ExtensionManager, ExtensionKey: key})
	return err
}

// An extension with all the parts that a client that writes task types must not change.
func newExtension(taskType string) types.Extension {
	return types.Extension{
		Key:         "com.example.storage",
		Version:     "2.1",
		Company:     "Example",
		Description: &types.Description{Label: "Storage", Summary: "An array"},
		Server: []types.ExtensionServerInfo{{
			Url: "https://array.example.com", Description: &types.Description{Label: "l", Summary: "s"}, Company: "Example", Type: "HTTPS",
			AdminEmail: []string{"root@example.com"},
		}},
		TaskList:          []types.ExtensionTaskTypeInfo{{TaskID: taskType}},
		EventList:         []types.ExtensionEventTypeInfo{{EventID: "com.example.storage.full"}},
		LastHeartbeatTime: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		ResourceList: []types.ExtensionResourceInfo{
			{Locale: "en", Module: "task", Data: []types.KeyValue{{Key: taskType + ".label", Value: "Copy"}}},
			{Locale: "en", Module: "event", Data: []types.KeyValue{{Key: "com.example.storage.full.category", Value: "error"}}},
		},
	}
}

func TestExtensionsAreKeptAsTheyAreGiven(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		given := newExtension("com.example.storage.copy")
		equal(t, "before", findExtension(t, c, given.Key), nil)
		wantFault[types.NotFound](t, updateExtension(c, given))
		check(t, registerExtension(c, given))
		wantFault[types.InvalidArgument](t, registerExtension(c, given))
		equal(t, "registered", *findExtension(t, c, given.Key), given)

		given.ResourceList = append(given.ResourceList, types.ExtensionResourceInfo{
			Locale: "de_DE", Module: "task", Data: []types.KeyValue{{Key: "com.example.storage.copy.label", Value: "Kopieren"}},
		})
		check(t, updateExtension(c, given))
		equal(t, "updated", *findExtension(t, c, given.Key), given)

		check(t, unregisterExtension(c, given.Key))
		equal(t, "after", findExtension(t, c, given.Key), nil)
		wantFault[types.NotFound](t, unregisterExtension(c, given.Key))
	})
}

func TestTaskTypesAreThoseOfExtensions(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		create := func(taskType string) error {
			_, err := createTask(c, types.CreateTask{Obj: v.content().RootFolder, TaskTypeId: taskType})
			return err
		}
		wantFault[types.InvalidArgument](t, create("com.example.storage.copy"))
		check(t, registerExtension(c, newExtension("com.example.storage.copy")))
		check(t, create("com.example.storage.copy"))
		check(t, updateExtension(c, newExtension("com.example.storage.move")))
		check(t, create("com.example.storage.move"))
		wantFault[types.InvalidArgument](t, create("com.example.storage.copy"))
		check(t, unregisterExtension(c, "com.example.storage"))
		wantFault[types.InvalidArgument](t, create("com.example.storage.move"))
	})
}

func TestReaderMayNotChangeExtensions(t *testing.T) {
	t.Parallel()
	v := start(t)
	check(t, registerExtension(v.client("json"), newExtension("com.example.storage.copy")))
	for _, protocol := range []string{"json", "soap"} {
		c := v.client(protocol, v.config.ReadonlyUser)
		given := newExtension("com.example.storage.copy")
		equal(t, "extension", findExtension(t, c, given.Key).Key, given.Key)
		for privilege, err := range map[string]error{
			"Extension.Update":     updateExtension(c, given),
			"Extension.Unregister": unregisterExtension(c, given.Key),
			"Extension.Register":   registerExtension(c, types.Extension{Key: "com.example.other", Description: &types.Description{}}),
		} {
			equal(t, "privilege", wantFault[types.NoPermission](t, err).PrivilegeId, privilege)
		}
	}
}
