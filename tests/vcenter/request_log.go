// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/vmware/govmomi/vim25/soap"
)

const logged = 10000

// logEntry is one request, for tests that check requests.
type logEntry struct {
	Time     time.Time `json:"time"` // when the request arrived
	Protocol string    `json:"protocol"`
	Call     string    `json:"call"`
	Method   string    `json:"method"`
	Path     string    `json:"path"`
	Status   int       `json:"status"`   // 0 without an answer
	Executed bool      `json:"executed"` // whether the server has carried the request out
	Session  string    `json:"session_hash,omitempty"`
	Body     string    `json:"body"`
}

// requestLog contains the latest requests.
type requestLog struct {
	mu      sync.Mutex
	entries []*logEntry
}

var passwords = regexp.MustCompile(`("password"\s*:\s*)"(?:[^"\\]|\\.)*"|(<password[^>]*>)[^<]*(</password>)`)

func (l *requestLog) begin(r *http.Request, e exchange) *logEntry {
	session := r.Header.Get(sessionHeader)
	if cookie, err := r.Cookie(soap.SessionCookieName); err == nil {
		session = cookie.Value
	}
	if session != "" {
		sum := sha256.Sum256([]byte(session))
		session = hex.EncodeToString(sum[:6])
	}
	entry := &logEntry{
		Time:     time.Now(),
		Protocol: e.protocol, Call: e.call, Method: r.Method, Path: r.URL.EscapedPath(), Session: session,
		Body: maskPasswords(string(e.body)),
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) >= logged {
		l.entries = l.entries[logged/10:]
	}
	l.entries = append(l.entries, entry)
	return entry
}

func maskPasswords(body string) string {
	return passwords.ReplaceAllStringFunc(body, func(found string) string {
		parts := passwords.FindStringSubmatch(found)
		if parts[1] != "" {
			return parts[1] + `"***"`
		}
		return parts[2] + "***" + parts[3]
	})
}

func (l *requestLog) end(entry *logEntry, status int) {
	l.mu.Lock()
	entry.Status = status
	l.mu.Unlock()
}

func (l *requestLog) executed(entry *logEntry, done bool) {
	l.mu.Lock()
	entry.Executed = done
	l.mu.Unlock()
}

func (l *requestLog) clear() {
	l.mu.Lock()
	l.entries = nil
	l.mu.Unlock()
}

// last returns the latest n requests, oldest first. It returns all for n 0.
func (l *requestLog) last(n int) []logEntry {
	l.mu.Lock()
	defer l.mu.Unlock()
	start := 0
	if n > 0 {
		start = max(0, len(l.entries)-n)
	}
	found := make([]logEntry, 0, len(l.entries)-start)
	for _, entry := range l.entries[start:] {
		found = append(found, *entry)
	}
	return found
}
