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

// faultRule is something that goes wrong with the next requests that match.
type faultRule struct {
	Kind     string `json:"kind"`
	Match    string `json:"match,omitempty"`
	Protocol string `json:"protocol"`
	Count    int    `json:"count"` // how often it still happens
	Skip     int    `json:"skip"`  // how many matching requests pass before that

	CarriedOut  *bool             `json:"carried_out,omitempty"` // whether the request is
	Status      int               `json:"status,omitempty"`
	Body        *string           `json:"body,omitempty"`
	ContentType string            `json:"content_type,omitempty"`
	Headers     map[string]string `json:"headers,omitempty"`
	Seconds     float64           `json:"seconds,omitempty"`
	Fault       json.RawMessage   `json:"fault,omitempty"`
	Unknown     bool              `json:"unknown,omitempty"` // the types in it need not be known

	In      string `json:"in,omitempty"`      // where the answer is cut: header or body
	At      *int   `json:"at,omitempty"`      // how many bytes of that are sent, half of them if not given
	Chunked bool   `json:"chunked,omitempty"` // the body is sent in chunks, without a length
	Gzip    bool   `json:"gzip,omitempty"`    // and compressed

	match *regexp.Regexp
	fault *types.LocalizedMethodFault
}

// faultKind is what a rule of the kind does if it does not say otherwise.
type faultKind struct {
	carriedOut bool
	status     int
	text       string
	body       string
}

const htmlPage = "<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>Welcome</h1></body></html>\n"

var (
	// answers are the kinds that answer with something that is not vSphere's.
	answers = map[string]faultKind{
		"status":     {false, http.StatusServiceUnavailable, "text/plain; charset=utf-8", ""},
		"html":       {false, http.StatusOK, "text/html; charset=utf-8", htmlPage},
		"empty":      {true, http.StatusOK, "", ""},
		"redirect":   {true, http.StatusFound, "text/html; charset=utf-8", htmlPage},
		"unreadable": {true, http.StatusOK, "", "\x00\xff<{not readable]>"},
	}
	// faultKinds are all kinds.
	faultKinds = map[string]faultKind{
		"fault": {false, http.StatusInternalServerError, "", ""}, "cut": {carriedOut: true}, "delay": {carriedOut: true},
		"reset_before": {}, "reset_after": {carriedOut: true}, "session_refused": {carriedOut: true},
	}
)

func init() {
	for name, kind := range answers {
		faultKinds[name] = kind
	}
}

// prepareFault checks a rule and fills in what was not given.
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

// faultQueue are the rules that are still to happen.
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

// take finds what happens to a request, if anything; a rule that was taken often enough is gone.
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
