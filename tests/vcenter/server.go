// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/types"
)

// Server is the test vCenter: the simulator behind two protocols, and the control API.
type Server struct {
	config   Config
	model    *simulator.Model
	service  *simulator.Service
	registry *simulator.Registry
	tasks    *TaskManager
	sessions *sessions
	stats    *stats
	log      *requestLog
	faults   *faultQueue
	foreign  foreignValues
	users    *users

	hello atomic.Pointer[helloAnswer] // replaces the usual answer

	calls  sync.Map // the calls in the simulator, by number
	callID atomic.Int64

	listener, control net.Listener
	servers           []*http.Server
}

// Start creates the inventory and listens.
func Start(config Config) (*Server, error) {
	model, err := newModel(config)
	if err != nil {
		return nil, err
	}
	s := &Server{
		config:   config,
		model:    model,
		service:  model.Service,
		registry: model.Map(),
		stats:    newStats(),
		log:      &requestLog{},
		faults:   &faultQueue{},
		users:    newUsers(config),
	}
	s.hello.Store(config.Hello)
	content := s.content()
	newPropertyCollector(s.registry, content.PropertyCollector)
	newVMDefaults(s.registry)
	s.tasks = newTaskManager(config, s.registry, *content.TaskManager)
	s.sessions = newSessions(s.service, config.SessionIdle, s.endSession)

	s.tasks.users = s.users
	s.registry.SessionManager().ValidLogin = func(*types.Login) bool { return true } // the login was checked before
	s.registry.Cookie = s.identify
	s.registry.Handler = s.intercept
	s.service.RegisterSDK(s.registry, s.registry.Path+"/vimService")
	s.service.ServeMux.HandleFunc(s.registry.Path+"/vimServiceVersions.xml", s.service.ServiceVersions)
	s.service.ServeMux.HandleFunc("/folder/", s.service.ServeDatastore)
	s.service.ServeMux.HandleFunc("/nfc/", simulator.ServeNFC)

	if err := s.listen(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Server) listen() error {
	pair, err := certificate(s.config)
	if err != nil {
		return err
	}
	if s.listener, err = net.Listen("tcp", s.config.Listen); err != nil {
		return err
	}
	if s.control, err = net.Listen("tcp", s.config.Control); err != nil {
		return err
	}
	// Without a user, the simulator accepts any password.
	s.service.Listen = &url.URL{
		Scheme: "https", Host: s.listener.Addr().String(), Path: s.registry.Path,
		User: url.UserPassword(s.config.User, s.config.Password),
	}
	secured := tls.NewListener(s.listener, &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}})
	s.run(&countedListener{secured, s.stats}, s)
	s.run(s.control, s.controlAPI())
	return nil
}

func (s *Server) run(listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	s.servers = append(s.servers, server)
	go func() { _ = server.Serve(listener) }()
}

// Close drops all connections and removes the simulator's files.
func (s *Server) Close() {
	for _, server := range s.servers {
		_ = server.Close()
	}
	s.model.Remove()
}

// URL is the address of the server.
func (s *Server) URL() string { return "https://" + s.listener.Addr().String() }

// ControlURL is the address of the control API.
func (s *Server) ControlURL() string { return "http://" + s.control.Addr().String() }

func (s *Server) content() types.ServiceContent {
	return s.registry.Get(vim25.ServiceInstance).(*simulator.ServiceInstance).Content
}

// endSession releases the objects of a session.
func (s *Server) endSession(over *session) {
	s.tasks.endSession(over.key)
	if over.own == nil {
		return
	}
	for _, object := range over.own.Registry.AllReference("PropertyCollector") {
		object.(*PropertyCollector).stop(s.registry)
	}
}

// reportsProgress reports whether a task is running and its progress was set.
func (s *Server) reportsProgress(key string) bool {
	task := s.tasks.remembered(key)
	return task != nil && task.progressed.Load()
}

// ServeHTTP handles both protocols, and the simulator's other addresses.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer tellPanic(r)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has disconnected
	}
	path := r.URL.EscapedPath()
	switch {
	case strings.HasPrefix(path, vijsonPrefix):
		name := "unknown"
		if target, ok := parseTarget(r); ok {
			name = target.call()
		}
		s.answer(w, r, exchange{"json", name, body, s.serveVIJSON})
	case path == helloPath:
		s.answer(w, r, exchange{"json", "hello", body, s.serveHello})
	case s.config.ESX && (path == "/api" || strings.HasPrefix(path, "/api/")):
		out := newRecorder()
		refuseAPI(out)
		out.send(w)
	case (path == s.registry.Path || path == s.registry.Path+"/vimService") && r.Method == http.MethodPost:
		s.answer(w, r, exchange{"soap", soapCallName(body), body, s.serveSOAP})
	default:
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		s.service.ServeMux.ServeHTTP(w, r)
	}
}

// tellPanic prints a panic of the simulator. The client only loses its connection.
func tellPanic(r *http.Request) {
	if failure := recover(); failure != nil {
		tell(r.Method+" "+r.URL.Path, failure)
		panic(http.ErrAbortHandler)
	}
}

// tell prints a panic of the simulator and what it was doing.
func tell(doing string, failure any) {
	fmt.Fprintf(os.Stderr, "vcenter: %s: %v\n%s", doing, failure, debug.Stack())
}
