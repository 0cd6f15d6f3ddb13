// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// faultRule is something that goes wrong with the next requests that match.
type faultRule struct {
	Kind     string          `json:"kind"`
	Match    string          `json:"match,omitempty"`
	Protocol string          `json:"protocol"`
	Count    int             `json:"count"` // how often it still happens
	Skip     int             `json:"skip"`  // how many matching requests pass before that
	Status   int             `json:"status,omitempty"`
	Seconds  float64         `json:"seconds,omitempty"`
	Fault    json.RawMessage `json:"fault,omitempty"`

	match *regexp.Regexp
	fault *types.LocalizedMethodFault
}

var faultKinds = []string{"status", "reset_before", "reset_after", "cut", "html", "delay", "fault"}

// prepare checks a rule and fills in what was not given.
func (f *faultRule) prepare() (err error) {
	if !slices.Contains(faultKinds, f.Kind) {
		return fmt.Errorf("kind must be one of %q", faultKinds)
	}
	if f.Protocol == "" {
		f.Protocol = "any"
	}
	if !slices.Contains([]string{"json", "soap", "any"}, f.Protocol) {
		return errors.New("protocol must be json, soap or any")
	}
	f.Count = max(f.Count, 1)
	if f.Status == 0 {
		f.Status = http.StatusServiceUnavailable
	}
	if f.match, err = regexp.Compile(f.Match); err != nil {
		return err
	}
	if f.Kind == "fault" {
		f.fault, err = decodeFault(f.Fault)
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
func (q *faultQueue) take(protocol, call string) *faultRule {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, rule := range q.rules {
		if rule.Protocol != "any" && rule.Protocol != protocol || !rule.match.MatchString(call) {
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

// happen lets a fault happen to a request. It returns the status that the client sees, 0 if it sees none.
func (s *Server) happen(w http.ResponseWriter, r *http.Request, e exchange, f *faultRule) int {
	out := newRecorder()
	switch f.Kind {
	case "status":
		out.WriteHeader(f.Status)
		fmt.Fprintln(out, http.StatusText(f.Status))
	case "html":
		out.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintln(out, "<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>Welcome</h1></body></html>")
	case "fault":
		if e.protocol == "json" {
			s.writeFault(out, simulator.Fault(f.fault.LocalizedMessage, f.fault.Fault))
		} else {
			out = s.soapCall(&call{ctx: r.Context(), refused: f.fault.Fault, message: f.fault.LocalizedMessage}, r, e.body)
		}
	case "delay":
		select {
		case <-r.Context().Done():
			return 0
		case <-time.After(time.Duration(f.Seconds * float64(time.Second))):
		}
		out = e.respond(r, e.body)
	case "reset_before":
		reset(w)
		return 0
	case "reset_after":
		e.respond(r, e.body)
		reset(w)
		return 0
	case "cut":
		cut(w, e.respond(r, e.body))
		return 0
	}
	out.send(w)
	return out.status
}

// reset drops the connection of a request.
func reset(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		conn.(*countedConn).reset()
	}
}

// cut sends half of an answer, and closes the connection.
func cut(w http.ResponseWriter, out *recorder) {
	body := bytes.Clone(out.body.Bytes())
	if len(body) == 0 {
		body = []byte("{}")
		out.status = http.StatusOK
	}
	out.header.Set("Content-Length", strconv.Itoa(len(body)))
	out.body.Reset()
	out.body.Write(body[:len(body)/2])
	out.send(w)
	_ = http.NewResponseController(w).Flush()
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}
