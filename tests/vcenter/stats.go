// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
)

// stats counts the requests and connections of clients.
type stats struct {
	mu       sync.Mutex
	requests map[string]map[string]int // by protocol and call

	logins, logouts, connections, bytesIn, bytesOut atomic.Int64
}

func newStats() *stats {
	s := &stats{}
	s.reset()
	return s
}

func (s *stats) reset() {
	s.mu.Lock()
	s.requests = map[string]map[string]int{"json": {}, "soap": {}}
	s.mu.Unlock()
	for _, counter := range []*atomic.Int64{&s.logins, &s.logouts, &s.connections, &s.bytesIn, &s.bytesOut} {
		counter.Store(0)
	}
}

func (s *stats) request(protocol, call string) {
	s.mu.Lock()
	s.requests[protocol][call]++
	s.mu.Unlock()
}

// report is the answer to GET /stats.
func (s *Server) report() map[string]any {
	s.stats.mu.Lock()
	requests, total := map[string]map[string]int{}, map[string]int{}
	for protocol, calls := range s.stats.requests {
		requests[protocol] = map[string]int{}
		for call, n := range calls {
			requests[protocol][call] = n
			total[protocol] += n
		}
		total[protocol] += 0
	}
	s.stats.mu.Unlock()
	return map[string]any{
		"requests":      requests,
		"total":         total,
		"logins":        s.stats.logins.Load(),
		"logouts":       s.stats.logouts.Load(),
		"open_sessions": len(s.sessions.keys()),
		"connections":   s.stats.connections.Load(),
		"bytes_in":      s.stats.bytesIn.Load(),
		"bytes_out":     s.stats.bytesOut.Load(),
		"collectors":    s.sessions.collectors(s.content().PropertyCollector),
	}
}

// countedListener counts connections and the bytes on them, inside TLS.
type countedListener struct {
	net.Listener
	stats *stats
}

func (l *countedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.stats.connections.Add(1)
	return &countedConn{conn, l.stats}, nil
}

type countedConn struct {
	net.Conn
	stats *stats
}

func (c *countedConn) Read(data []byte) (int, error) {
	n, err := c.Conn.Read(data)
	c.stats.bytesIn.Add(int64(n))
	return n, err
}

func (c *countedConn) Write(data []byte) (int, error) {
	n, err := c.Conn.Write(data)
	c.stats.bytesOut.Add(int64(n))
	return n, err
}

// reset drops the connection without closing it in order.
func (c *countedConn) reset() {
	raw := c.Conn.(*tls.Conn).NetConn().(*net.TCPConn)
	_ = raw.SetLinger(0)
	_ = raw.Close()
}
