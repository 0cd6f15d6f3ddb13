// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
)

const helloPath = "/api/vcenter/system"

// helloAnswer is the answer to the version negotiation if its service is unavailable, or if a front end rejects the
// request. Another service than that of /sdk handles it.
type helloAnswer struct {
	Status      int               `json:"status"`
	Body        string            `json:"body"`
	ContentType string            `json:"content_type"`
	Headers     map[string]string `json:"headers,omitempty"`
}

func readHello(from io.Reader) (*helloAnswer, error) {
	answer := &helloAnswer{Status: http.StatusOK, ContentType: "text/html; charset=utf-8"}
	if err := decodeStrictly(from, answer); err != nil {
		return nil, err
	}
	if answer.Status < 200 || answer.Status > 599 {
		return nil, errors.New("the status of hello must be from 200 to 599")
	}
	return answer, nil
}

// serveHello answers with the release for a client that knows the given ones: the first supported one.
func (s *Server) serveHello(r *http.Request, body []byte) *recorder {
	out := newRecorder()
	if other := s.hello.Load(); other != nil {
		for name, value := range other.Headers {
			out.Header().Set(name, value)
		}
		out.Header().Set("Content-Type", other.ContentType)
		out.WriteHeader(other.Status)
		_, _ = out.Write([]byte(other.Body))
		return out
	}
	if s.config.ESX {
		refuseAPI(out)
		return out
	}
	if !s.config.hasHello() || r.Method != http.MethodPost || r.URL.Query().Get("action") != "hello" {
		writeNoOperation(out, r.URL.Path)
		return out
	}
	var request struct {
		Releases []string `json:"api_releases"`
	}
	if err := json.Unmarshal(body, &request); err != nil {
		out.WriteHeader(http.StatusBadRequest)
		return out
	}
	var answer struct {
		Release string `json:"api_release"`
	}
	served := s.config.vijsonReleases()
	if i := slices.IndexFunc(request.Releases, func(r string) bool { return slices.Contains(served, r) }); i >= 0 {
		answer.Release = request.Releases[i]
	}
	writeJSON(out, http.StatusOK, encodeJSON(answer))
	return out
}

// refuseAPI is the answer of an ESXi to addresses below /api, which supports only JSON-RPC.
func refuseAPI(out *recorder) {
	out.Header().Set("Content-Type", "text/plain")
	out.WriteHeader(http.StatusBadRequest)
	_, _ = out.Write([]byte("Unsupported content type"))
}

// writeNoOperation is the answer of vCenter's REST service to an unknown address.
func writeNoOperation(out *recorder, path string) {
	message := encodeJSON("Unable to find operations for URL: " + path + ".")
	writeJSON(out, http.StatusNotFound, fmt.Appendf(nil, `{"error_type":"NOT_FOUND","messages":[{"args":[%s],`+
		`"default_message":%s,"id":"com.vmware.vapi.rest.operationsForUrlNotFound"}]}`, encodeJSON(path), message))
}
