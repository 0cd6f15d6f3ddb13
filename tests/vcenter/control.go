// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// controlAPI is the interface through which tests control the server.
func (s *Server) controlAPI() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, do func(*http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			answer, err := do(r)
			w.Header().Set("Content-Type", "application/json")
			if err != nil {
				w.WriteHeader(http.StatusBadRequest)
				answer = map[string]string{"error": err.Error()}
			}
			_ = json.NewEncoder(w).Encode(answer)
		})
	}
	handle("POST /tasks", s.controlCreate)
	handle("PATCH /tasks/{id}", s.controlChange)
	handle("DELETE /tasks/{id}", s.controlDelete)
	handle("PUT /users", func(r *http.Request) (any, error) {
		wanted := newUser{}
		if err := readControl(r, &wanted); err != nil {
			return nil, err
		}
		return struct{}{}, s.users.add(wanted)
	})
	handle("PUT /history", func(r *http.Request) (any, error) {
		var wanted struct {
			Lag float64 `json:"lag"` // seconds
		}
		err := readControl(r, &wanted)
		s.tasks.historyLag.Store(int64(seconds(wanted.Lag)))
		return wanted, err
	})
	handle("GET /stats", func(*http.Request) (any, error) { return s.report(), nil })
	handle("DELETE /stats", func(*http.Request) (any, error) {
		s.stats.reset()
		return s.report(), nil
	})
	handle("GET /log", func(r *http.Request) (any, error) {
		last, _ := strconv.Atoi(r.URL.Query().Get("last"))
		return s.log.last(last), nil
	})
	handle("DELETE /log", func(*http.Request) (any, error) {
		s.log.clear()
		return s.log.last(0), nil
	})
	handle("POST /sessions/expire", func(*http.Request) (any, error) {
		return map[string]int{"expired": s.sessions.expireAll()}, nil
	})
	handle("PUT /hello", func(r *http.Request) (any, error) {
		answer, err := readHello(r.Body)
		if err == nil {
			s.hello.Store(answer)
		}
		return answer, err
	})
	handle("DELETE /hello", func(*http.Request) (any, error) {
		s.hello.Store(nil)
		return struct{}{}, nil
	})
	handle("POST /faults", func(r *http.Request) (any, error) {
		rule := &faultRule{}
		if err := readControl(r, rule); err != nil {
			return nil, err
		}
		if err := s.prepareFault(rule); err != nil {
			return nil, err
		}
		s.faults.add(rule)
		return s.faults.pending(), nil
	})
	handle("GET /faults", func(*http.Request) (any, error) { return s.faults.pending(), nil })
	handle("DELETE /faults", func(*http.Request) (any, error) {
		s.faults.clear()
		return s.faults.pending(), nil
	})
	return mux
}

// readControl reads the body of a request. An unknown name in it is an error.
func readControl(r *http.Request, into any) error {
	return decodeStrictly(r.Body, into)
}

func decodeStrictly(from io.Reader, into any) error {
	decoder := json.NewDecoder(from)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
