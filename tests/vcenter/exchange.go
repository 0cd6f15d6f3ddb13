// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"net/http"
)

// exchange is a request of one of the protocols, and what answers it.
type exchange struct {
	protocol string // json or soap
	call     string // Type.member, or hello
	body     []byte
	respond  func(*http.Request, []byte) *recorder
}

// answer carries a request out, or lets a fault happen to it.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, e exchange) {
	s.stats.request(e.protocol, e.call)
	entry := s.log.begin(r, e)
	status := 0
	if fault := s.faults.take(e.protocol, e.call); fault != nil {
		status = s.happen(w, r, e, fault)
	} else {
		out := e.respond(r, e.body)
		out.send(w)
		status = out.status
	}
	s.log.end(entry, status)
}

// send writes the answer out.
func (r *recorder) send(w http.ResponseWriter) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	w.WriteHeader(r.status)
	if r.status != http.StatusNoContent {
		_, _ = w.Write(r.body.Bytes())
	}
}
