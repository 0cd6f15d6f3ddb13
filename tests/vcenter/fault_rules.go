// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sync"

	"github.com/vmware/govmomi/vim25/types"
)

// faultRule is a failure of the next requests that match.
type faultRule struct {
	Kind     string `json:"kind"`
	Match    string `json:"match,omitempty"`
	Protocol string `json:"protocol"`
	Count    int    `json:"count"` // the remaining number of failures
	Skip     int    `json:"skip"`  // the number of matching requests before the first failure

	CarriedOut  *bool             `json:"carried_out,omitempty"` // whether the server carries the request out
	Status      int               `json:"status,omitempty"`
	Body        *string           `json:"body,omitempty"`
	ContentType string            `json:"content_type,omitempty"`
	Headers     map[string]string `json:"headers,omitempty"`
	Seconds     float64           `json:"seconds,omitempty"`
	Fault       json.RawMessage   `json:"fault,omitempty"`
	Unknown     bool              `json:"unknown,omitempty"` // the types in it can be unknown

	In      string `json:"in,omitempty"`      // the part of the answer that is cut: header or body
	At      *int   `json:"at,omitempty"`      // the number of bytes of that part that are sent, by default half of them
	Chunked bool   `json:"chunked,omitempty"` // the body has chunks instead of a length
	Gzip    bool   `json:"gzip,omitempty"`    // the body is compressed

	match *regexp.Regexp
	fault *types.LocalizedMethodFault
}

// faultKind contains the defaults of a kind of failure.
type faultKind struct {
	carriedOut bool
	status     int
	text       string
	body       string
}

const htmlPage = "<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>Welcome</h1></body></html>\n"

var (
	// answers are the kinds with an answer that is not from vSphere.
	answers = map[string]faultKind{
		"status":     {false, http.StatusServiceUnavailable, "text/plain; charset=utf-8", ""},
		"html":       {false, http.StatusOK, "text/html; charset=utf-8", htmlPage},
		"empty":      {true, http.StatusOK, "", ""},
		"redirect":   {true, http.StatusFound, "text/html; charset=utf-8", htmlPage},
		"unreadable": {true, http.StatusOK, "", "\x00\xff<{not readable]>"},
	}
	// faultKinds contains all kinds.
	faultKinds = map[string]faultKind{
		"fault": {false, http.StatusInternalServerError, "", ""}, "cut": {carriedOut: true}, "delay": {carriedOut: true},
		"late": {carriedOut: true}, "mislabeled": {true, 0, "text/plain", ""}, "session_refused": {carriedOut: true},
		"reset_before": {}, "reset_after": {carriedOut: true},
	}
)

func init() {
	for name, kind := range answers {
		faultKinds[name] = kind
	}
}

// prepareFault checks a rule and sets its defaults.
func (s *Server) prepareFault(f *faultRule) (err error) {
	kind, ok := faultKinds[f.Kind]
	if !ok {
		return fmt.Errorf("unknown kind %q", f.Kind)
	}
	if f.Protocol == "" {
		f.Protocol = "any"
	}
	if !slices.Contains([]string{"json", "soap", "any"}, f.Protocol) {
		return errors.New("protocol must be json, soap or any")
	}
	if !slices.Contains([]string{"", "header", "body"}, f.In) {
		return errors.New("in must be header or body")
	}
	f.Count = max(f.Count, 1)
	if f.CarriedOut == nil {
		f.CarriedOut = &kind.carriedOut
	}
	if f.Status == 0 {
		f.Status = kind.status
	}
	if f.Body == nil {
		if f.Kind == "status" {
			kind.body = http.StatusText(f.Status) + "\n"
		}
		f.Body = &kind.body
	}
	if f.ContentType == "" {
		f.ContentType = kind.text
	}
	if f.match, err = regexp.Compile(f.Match); err != nil {
		return err
	}
	if f.Kind == "fault" {
		f.fault, err = s.readFault(f.Fault, f.Unknown)
	}
	return err
}

// faultQueue contains the remaining rules.
type faultQueue struct {
	mu    sync.Mutex
	rules []*faultRule
}

func (q *faultQueue) add(rule *faultRule) {
	q.mu.Lock()
	q.rules = append(q.rules, rule)
	q.mu.Unlock()
}

func (q *faultQueue) clear() {
	q.mu.Lock()
	q.rules = nil
	q.mu.Unlock()
}

func (q *faultQueue) pending() []faultRule {
	q.mu.Lock()
	defer q.mu.Unlock()
	found := make([]faultRule, 0, len(q.rules))
	for _, rule := range q.rules {
		found = append(found, *rule)
	}
	return found
}

// take finds the rule for a request, if any. A rule without remaining failures is dropped.
func (q *faultQueue) take(e exchange) *faultRule {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, rule := range q.rules {
		if !rule.concerns(e) {
			continue
		}
		if rule.Skip > 0 {
			rule.Skip--
			continue
		}
		rule.Count--
		taken := *rule
		if rule.Count == 0 {
			q.rules = slices.Delete(q.rules, i, i+1)
		}
		return &taken
	}
	return nil
}

func (f *faultRule) concerns(e exchange) bool {
	if f.Kind == "session_refused" && !needsSession(e.call) {
		return false
	}
	return (f.Protocol == "any" || f.Protocol == e.protocol) && f.match.MatchString(e.call)
}
