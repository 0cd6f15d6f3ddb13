// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// exchange is a request of one of the protocols, and the handler for it.
type exchange struct {
	protocol string // json or soap
	call     string // Type.member, or hello
	body     []byte
	respond  func(*http.Request, []byte) *recorder
}

var contentTypes = map[string]string{"json": "application/json", "soap": "text/xml; charset=utf-8"}

// answer handles a request, or makes it fail.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, e exchange) {
	begin := time.Now()
	s.stats.request(e.protocol, e.call)
	entry := s.log.begin(r, e)
	respond := e.respond
	e.respond = func(r *http.Request, body []byte) *recorder {
		out := respond(r, body)
		s.log.executed(entry, out.status < http.StatusBadRequest) // before the client can know
		return out
	}
	status := 0
	if fault := s.faults.take(e); fault != nil {
		status = s.happen(w, r, e, fault)
	} else {
		out := e.respond(r, e.body)
		s.deliver(w, r, out, time.Since(begin))
		status = out.status
	}
	s.log.end(entry, status)
}

// deliver sends an answer in the way of a server of that kind: an Envoy proxy compresses it and sends it in chunks, if
// the client accepts that.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request, out *recorder, took time.Duration) {
	out.header.Set("Cache-Control", "no-cache")
	if !s.config.envoy() {
		out.header.Set("Connection", "Keep-Alive")
		out.send(w)
		return
	}
	out.header.Set("Vary", "Accept-Encoding")
	out.header.Set("X-Envoy-Upstream-Service-Time", strconv.FormatInt(took.Milliseconds(), 10))
	out.lowerNames()
	if out.body.Len() == 0 || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		out.send(w)
		return
	}
	out.compress()
	out.sendHeader(w)
	_ = http.NewResponseController(w).Flush() // the rest is sent in chunks
	_, _ = w.Write(out.body.Bytes())
}

// lowerNames gives the header's names the case that Envoy gives them, except for those that Go's server evaluates.
func (r *recorder) lowerNames() {
	for name, values := range r.header {
		if !slices.Contains([]string{"Content-Type", "Content-Encoding"}, name) {
			delete(r.header, name)
			r.header[strings.ToLower(name)] = values
		}
	}
}

// send writes the answer in one piece.
func (r *recorder) send(w http.ResponseWriter) {
	if r.status < http.StatusOK {
		header, _ := r.wire(false) // Go's server would send another answer after it
		sendRaw(w, header)
		return
	}
	if r.status == http.StatusNoContent {
		r.sendHeader(w)
		return
	}
	r.header.Set("Content-Length", strconv.Itoa(r.body.Len()))
	r.sendHeader(w)
	_, _ = w.Write(r.body.Bytes())
}

func (r *recorder) sendHeader(w http.ResponseWriter) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	w.WriteHeader(r.status)
}
