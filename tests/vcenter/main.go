// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

// Program vcenter is the test vCenter of the collection vsphere.tasks: VMware's simulator, with VI/JSON in addition to
// SOAP.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	// The times of a vCenter are in UTC.
	time.Local = time.UTC
	// The simulator logs failed requests of clients.
	log.SetOutput(io.Discard)

	config, err := parseFlags(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(0)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "vcenter:", err)
		os.Exit(2)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	server, err := Start(config)
	if err != nil {
		fmt.Fprintln(os.Stderr, "vcenter:", err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(server.ready())
	<-stop
	server.Close()
}

// ready contains the data that the program prints when it has started.
func (s *Server) ready() any {
	address := s.listener.Addr().(*net.TCPAddr)
	return struct {
		URL          string `json:"url"`
		Host         string `json:"host"`
		Port         int    `json:"port"`
		Control      string `json:"control"`
		User         string `json:"user"`
		Password     string `json:"password"`
		ReadonlyUser string `json:"readonly_user"`
		Principal    string `json:"principal"` // the user's name in tasks
		CA           string `json:"ca"`
		PID          int    `json:"pid"`
		Product      string `json:"product"`
	}{
		s.URL(), address.IP.String(), address.Port, s.ControlURL(), s.config.User, s.config.Password,
		s.config.ReadonlyUser, principalOf(s.config.User), s.config.CAOut, os.Getpid(), s.content().About.FullName,
	}
}
