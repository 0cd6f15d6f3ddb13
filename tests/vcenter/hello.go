// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"encoding/json"
	"net/http"
	"slices"
)

const helloPath = "/api/vcenter/system"

// serveHello answers which of the releases that a client knows it shall use: the first that is served.
func (s *Server) serveHello(r *http.Request, body []byte) *recorder {
	out := newRecorder()
	if !s.config.hasHello() || r.Method != http.MethodPost || r.URL.Query().Get("action") != "hello" {
		writeNotFound(out)
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
