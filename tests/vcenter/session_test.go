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

func currentTime(c *vim25.Client) error {
	_, err := methods.CurrentTime(ctx, c, &types.CurrentTime{This: vim25.ServiceInstance})
	return err
}

// All sessions end immediately, including their blocked calls.
func TestExpireSessions(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		other := v.client("soap")
		check(t, currentTime(other))
		w := newWaiter(t, c, v.makeOne(`{}`))
		_, err := collector(c, types.TaskFilterSpec{})
		check(t, err)
		version := w.must("").Version
		equal(t, "collectors", v.collectors(), map[string]int{"PropertyCollector": 1, "PropertyFilter": 1, "TaskHistoryCollector": 1})
		_, err = w.during(v, version, func() { v.ask("POST", "/sessions/expire", "", nil) })
		wantFault[types.NotAuthenticated](t, err)
		wantFault[types.NotAuthenticated](t, currentTime(c))
		wantFault[types.NotAuthenticated](t, currentTime(other))
		equal(t, "sessions", len(v.sessions.keys()), 0)
		equal(t, "history collectors", len(v.tasks.collectors), 0)
		check(t, currentTime(v.client("json")))
	})
}

func TestIdleSession(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		for begin := time.Now(); time.Since(begin) < 4*time.Second; time.Sleep(100 * time.Millisecond) { // longer than the idle time
			check(t, currentTime(c))
		}
		equal(t, "sessions", len(v.sessions.keys()), 1)
		eventually(t, "the session ends", func() bool { return len(v.sessions.keys()) == 0 })
		wantFault[types.NotAuthenticated](t, currentTime(c))
	}, "--session-idle", "3s")
}

// What needs only System.Anonymous is readable without a session, and everything else is in the missing set.
func TestReadWithoutSession(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, c *vim25.Client) {
		read := func() map[string]any {
			manager := *c.ServiceContent.SessionManager
			res, err := methods.RetrievePropertiesEx(ctx, c, &types.RetrievePropertiesEx{This: c.ServiceContent.PropertyCollector, SpecSet: []types.PropertyFilterSpec{{
				PropSet: []types.PropertySpec{
					{Type: "ServiceInstance", PathSet: []string{"content.about.apiType", "capability"}},
					{Type: "SessionManager", PathSet: []string{"currentSession", "sessionList"}},
				},
				ObjectSet: []types.ObjectSpec{{Obj: vim25.ServiceInstance}, {Obj: manager}},
			}}})
			check(t, err)
			found := map[string]any{}
			for _, content := range res.Returnval.Objects {
				for _, p := range content.PropSet {
					found[p.Name] = p.Val
				}
				for _, missing := range content.MissingSet {
					found[missing.Path] = missing.Fault.Fault
				}
			}
			return found
		}
		equal(t, "with a session", read()["currentSession"].(types.UserSession).Locale, "en")
		v.ask("POST", "/sessions/expire", "", nil)
		found := read()
		_, has := found["currentSession"]
		equal(t, "a current session", has, false)
		equal(t, "content", found["content.about.apiType"], any("VirtualCenter"))
		for _, path := range []string{"capability", "sessionList"} {
			if _, ok := found[path].(*types.NotAuthenticated); !ok {
				t.Errorf("%s: %v", path, found[path])
			}
		}
	}, "--wrapped-faults")
	v := start(t)
	r := v.raw()
	r.call("SessionManager/SessionManager/currentSession").want(t, 204)
	r.call("SessionManager/SessionManager/sessionList").want(t, 500, "NotAuthenticated")
}

func TestTerminateSession(t *testing.T) {
	t.Parallel()
	v := start(t)
	a, b := v.client("json"), v.client("soap")
	for _, key := range v.sessions.keys() {
		// A client cannot terminate its own session.
		_, err := methods.TerminateSession(ctx, a, &types.TerminateSession{This: *a.ServiceContent.SessionManager, SessionId: []string{key}})
		if err != nil {
			wantFault[types.InvalidArgument](t, err)
		}
	}
	check(t, currentTime(a))
	wantFault[types.NotAuthenticated](t, currentTime(b))
	equal(t, "sessions", len(v.sessions.keys()), 1)
}
