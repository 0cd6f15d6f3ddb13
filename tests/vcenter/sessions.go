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

// session contains the data of a login that the simulator does not have.
type session struct {
	key    string          // the ID in the API
	token  string          // the text by which the client names the session, which is not the key
	ctx    context.Context // ends with the session
	end    context.CancelFunc
	active time.Time
	own    *simulator.Session // the simulator's session, with its objects
}

// sessions ends logins after an idle time, or on request of a test. The simulator's own check of idle sessions can take
// twice the time, and does not end blocked calls.
type sessions struct {
	sync.Mutex
	service *simulator.Service
	idle    time.Duration
	open    map[string]*session // by key
	tokens  map[string]*session // the same sessions by token
	ended   func(*session)      // called for each ended session
}

func newSessions(service *simulator.Service, idle time.Duration, ended func(*session)) *sessions {
	return &sessions{service: service, idle: idle, open: map[string]*session{}, tokens: map[string]*session{}, ended: ended}
}

// newToken has the form of recorded cookies, and of the published header of VI/JSON.
func newToken() string {
	token := make([]byte, 20)
	_, _ = rand.Read(token) // Read never fails
	return hex.EncodeToString(token)
}

// add records a login and returns its token.
func (s *sessions) add(key string) (token string) {
	ctx, end := context.WithCancel(context.Background())
	made := &session{key: key, token: newToken(), ctx: ctx, end: end, active: time.Now()}
	s.Lock()
	defer s.Unlock()
	s.open[key], s.tokens[made.token] = made, made
	return made.token
}

// touch is called for each request. It returns nil if the session does not exist, or no longer exists.
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

// bind stores the simulator's session, which must be logged out when the session expires.
func (s *sessions) bind(own *simulator.Session) {
	s.Lock()
	defer s.Unlock()
	if found := s.open[own.Key]; found != nil {
		found.own = own
	}
}

// remove records a logout.
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

// expire ends a session on the side of the server, including its blocked calls.
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
	// The session has no calls yet.
	manager.TerminateSession(&ctx, &types.TerminateSession{SessionId: []string{key}})
}

func (s *sessions) expireAll() int {
	keys := s.keys()
	for _, key := range keys {
		s.expire(key)
	}
	return len(keys)
}

// keys returns the open sessions.
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

// collectors counts the collectors of the open sessions, by type.
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
				if object.Reference() != shared { // the object that each session has from its start
					count[moType]++
				}
			}
		}
	}
	return count
}

// noteSession updates the table of sessions after a call.
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
