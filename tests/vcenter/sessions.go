// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// session is what is known of a login besides what the simulator knows.
type session struct {
	key    string          // its id in the API
	token  string          // what its client names it by, which is not the key
	ctx    context.Context // ends with the session
	end    context.CancelFunc
	active time.Time
	own    *simulator.Session // the simulator's, with the session's own objects
}

// sessions ends logins: when they were idle for too long, and when a test asks for it. The simulator has a watch on
// idle sessions of its own, which may take twice the time, and wakes no blocked call.
type sessions struct {
	sync.Mutex
	service *simulator.Service
	idle    time.Duration
	open    map[string]*session // by key
	tokens  map[string]*session // the same by token
	ended   func(*session)      // told of each session that is over
}

func newSessions(service *simulator.Service, idle time.Duration, ended func(*session)) *sessions {
	return &sessions{service: service, idle: idle, open: map[string]*session{}, tokens: map[string]*session{}, ended: ended}
}

// newToken has the form that is recorded of the cookie, and published of VI/JSON's header.
func newToken() string {
	token := make([]byte, 20)
	_, _ = rand.Read(token) // it never fails
	return hex.EncodeToString(token)
}

// add takes note of a login, and gives it its token.
func (s *sessions) add(key string) (token string) {
	ctx, end := context.WithCancel(context.Background())
	made := &session{key: key, token: newToken(), ctx: ctx, end: end, active: time.Now()}
	s.Lock()
	defer s.Unlock()
	s.open[key], s.tokens[made.token] = made, made
	return made.token
}

// touch is called with each request; it returns nil if there is no such session (any more).
func (s *sessions) touch(token string) *session {
	s.Lock()
	found := s.tokens[token]
	expired := found != nil && s.isIdle(found)
	if found != nil && !expired {
		found.active = time.Now()
	}
	s.Unlock()
	if expired {
		s.expire(found.key)
		return nil
	}
	return found
}

func (s *sessions) isIdle(found *session) bool {
	return time.Since(found.active) > s.idle
}

// bind keeps the simulator's session, which has to be logged out when the session expires.
func (s *sessions) bind(own *simulator.Session) {
	s.Lock()
	defer s.Unlock()
	if found := s.open[own.Key]; found != nil {
		found.own = own
	}
}

// remove takes note of a logout.
func (s *sessions) remove(key string) *session {
	s.Lock()
	found := s.open[key]
	delete(s.open, key)
	if found != nil {
		delete(s.tokens, found.token)
	}
	s.Unlock()
	if found != nil {
		found.end()
		s.ended(found)
	}
	return found
}

// expire ends a session from the server's side; a call that is blocked in it ends, too.
func (s *sessions) expire(key string) {
	found := s.remove(key)
	if found == nil {
		return
	}
	ctx := *s.service.Context
	manager := ctx.Map.SessionManager()
	if found.own != nil {
		ctx.Session = found.own
		manager.Logout(&ctx, &types.Logout{})
		return
	}
	// Nothing was called in it yet.
	manager.TerminateSession(&ctx, &types.TerminateSession{SessionId: []string{key}})
}

func (s *sessions) expireAll() int {
	keys := s.keys()
	for _, key := range keys {
		s.expire(key)
	}
	return len(keys)
}

// keys are the sessions that are alive.
func (s *sessions) keys() []string {
	s.Lock()
	defer s.Unlock()
	keys := make([]string, 0, len(s.open))
	for key, found := range s.open {
		if !s.isIdle(found) {
			keys = append(keys, key)
		}
	}
	return keys
}

// collectors counts what the open sessions have on the server, by type.
func (s *sessions) collectors(shared types.ManagedObjectReference) map[string]int {
	s.Lock()
	defer s.Unlock()
	count := map[string]int{"PropertyCollector": 0, "PropertyFilter": 0, "TaskHistoryCollector": 0}
	for _, found := range s.open {
		if found.own == nil {
			continue
		}
		for moType := range count {
			for _, object := range found.own.Registry.AllReference(moType) {
				if object.Reference() != shared { // each session has one of these from the start
					count[moType]++
				}
			}
		}
	}
	return count
}

// noteSession keeps the table of sessions in step with what a call has done.
func (s *Server) noteSession(c *call, out *recorder) {
	for _, cookie := range (&http.Response{Header: out.header}).Cookies() {
		if cookie.Name == soap.SessionCookieName {
			c.session = cookie.Value
			c.token = s.sessions.add(c.session)
			s.stats.logins.Add(1)
		}
	}
	if c.fault() != nil || (!c.carried && out.status != http.StatusOK) {
		return
	}
	switch body := c.body.(type) {
	case *types.Logout:
		s.sessions.remove(c.session)
		s.stats.logouts.Add(1)
	case *types.TerminateSession:
		for _, key := range body.SessionId {
			s.sessions.remove(key)
		}
	}
}
