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
