// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
)

// happen makes a request fail. It returns the status that the client gets, or 0 without an answer.
func (s *Server) happen(w http.ResponseWriter, r *http.Request, e exchange, f *faultRule) int {
	begin := time.Now()
	if f.Kind == "delay" && !f.pause(r) {
		return 0
	}
	if f.Kind == "session_refused" {
		r = r.Clone(r.Context())
		r.Header.Del(sessionHeader)
		r.Header.Del("Cookie")
	}
	var out *recorder
	if *f.CarriedOut {
		out = e.respond(r, e.body)
	}
	if f.Kind == "late" && !f.pause(r) {
		return 0
	}
	if _, ok := answers[f.Kind]; ok {
		out = f.answer(r, e)
		out.send(w) // without the Envoy proxy of a vCenter
		return out.status
	}
	switch f.Kind {
	case "fault":
		out = s.faultAnswer(r, e, f)
	case "cut":
		f.cut(w, out, e.protocol)
		return 0
	}
	if out == nil || strings.HasPrefix(f.Kind, "reset_") {
		reset(w)
		return 0
	}
	if f.Kind == "mislabeled" {
		f.label(out)
		out.send(w)
	} else {
		s.deliver(w, r, out, time.Since(begin))
	}
	return out.status
}

// pause waits for the seconds of a rule. It reports whether the client waits, too.
func (f *faultRule) pause(r *http.Request) bool {
	select {
	case <-r.Context().Done():
		return false
	case <-time.After(time.Duration(f.Seconds * float64(time.Second))):
		return true
	}
}

// label sets the headers of a rule.
func (f *faultRule) label(out *recorder) {
	if f.ContentType != "" {
		out.header.Set("Content-Type", f.ContentType)
	}
	for name, value := range f.Headers {
		out.header.Set(name, value)
	}
}

// answer is an answer that is not from vSphere.
func (f *faultRule) answer(r *http.Request, e exchange) *recorder {
	out := newRecorder()
	out.header.Set("Content-Type", contentTypes[e.protocol])
	if f.Kind == "redirect" {
		out.header.Set("Location", "https://"+r.Host+"/ui/")
	}
	f.label(out)
	out.WriteHeader(f.Status)
	out.body.WriteString(*f.Body)
	return out
}

// faultAnswer is an answer of vSphere with the given status.
func (s *Server) faultAnswer(r *http.Request, e exchange, f *faultRule) *recorder {
	out := newRecorder()
	if e.protocol == "json" {
		s.writeFault(out, simulator.Fault(f.fault.LocalizedMessage, f.fault.Fault))
	} else {
		out = s.soapCall(&call{ctx: r.Context(), refused: f.fault.Fault, message: f.fault.LocalizedMessage}, r, e.body)
	}
	out.WriteHeader(f.Status)
	return out
}

// reset drops the connection of a request.
func reset(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		conn.(*countedConn).reset()
	}
}

// cut sends the beginning of an answer and closes the connection.
func (f *faultRule) cut(w http.ResponseWriter, out *recorder, protocol string) {
	if out == nil {
		out = newRecorder()
	}
	if out.body.Len() == 0 {
		out.status = http.StatusOK
		out.header.Set("Content-Type", contentTypes[protocol])
		out.body.WriteString("{}")
	}
	if f.Gzip {
		out.compress()
	}
	header, body := out.wire(f.Chunked)
	sent := header
	if f.In == "header" {
		sent = sent[:f.length(header)]
	} else {
		sent = append(sent, body[:f.length(body)]...)
	}
	sendRaw(w, sent)
}

// sendRaw sends bytes instead of an answer, and closes the connection.
func sendRaw(w http.ResponseWriter, sent []byte) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_, _ = conn.Write(sent)
		_ = conn.Close()
	}
}

// length is the number of bytes of the part that are sent.
func (f *faultRule) length(part []byte) int {
	if f.At == nil {
		return len(part) / 2
	}
	return min(max(*f.At, 0), len(part))
}

// wire is an answer in the form of the wire: the header, and the body in one piece or in chunks.
func (r *recorder) wire(chunked bool) (header, body []byte) {
	fields := r.header.Clone()
	body = r.body.Bytes()
	if chunked {
		fields.Set("Transfer-Encoding", "chunked")
		var chunks bytes.Buffer
		writer := httputil.NewChunkedWriter(&chunks)
		for piece := body; len(piece) > 0; {
			n := min(len(piece), max(len(body)/3, 1)) // three chunks, and the rest
			_, _ = writer.Write(piece[:n])
			piece = piece[n:]
		}
		_ = writer.Close()
		chunks.WriteString("\r\n")
		body = chunks.Bytes()
	} else {
		fields.Set("Content-Length", strconv.Itoa(len(body)))
	}
	var head bytes.Buffer
	fmt.Fprintf(&head, "HTTP/1.1 %d %s\r\n", r.status, http.StatusText(r.status))
	_ = fields.Write(&head)
	head.WriteString("\r\n")
	return head.Bytes(), body
}
