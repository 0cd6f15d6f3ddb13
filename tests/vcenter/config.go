// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config contains the settings of the command line.
type Config struct {
	Listen, Control string

	ESX                               bool
	VMs, Hosts, Clusters, Datacenters int

	User, Password, ReadonlyUser string

	Cert, Key, CAOut, CertOut string

	NoVIJSON, NoHello, WrappedFaults bool
	Release                          string
	UnknownRelease                   int
	Hello                            *helloAnswer // replaces the usual answer

	Delays      map[string]time.Duration
	CancelDelay time.Duration
	SessionIdle time.Duration
	History     int
	HistoryLag  time.Duration
	SilentTasks bool
}

// releases are the published VI/JSON releases, oldest first. A server supports its own and all older ones.
var releases = []string{"8.0.1.0", "8.0.2.0", "8.0.3.0", "9.0.0.0"}

func parseFlags(args []string) (Config, error) {
	c := Config{Delays: map[string]time.Duration{}}
	fs := flag.NewFlagSet("vcenter", flag.ContinueOnError)

	fs.StringVar(&c.Listen, "listen", "127.0.0.1:0", "`address` of the TLS port")
	fs.StringVar(&c.Control, "control", "127.0.0.1:0", "`address` of the control API")
	fs.BoolVar(&c.ESX, "esx", false, "be an ESXi host instead of a vCenter")
	fs.IntVar(&c.VMs, "vms", 2, "virtual machines per standalone host and per cluster")
	fs.IntVar(&c.Hosts, "hosts", 1, "standalone hosts per datacenter")
	fs.IntVar(&c.Clusters, "clusters", 1, "clusters per datacenter")
	fs.IntVar(&c.Datacenters, "datacenters", 1, "datacenters")
	fs.StringVar(&c.User, "user", "", "the `name` that may do everything (default administrator@vsphere.local; root of an ESXi)")
	fs.StringVar(&c.Password, "password", "S3cret!", "the password of both users")
	fs.StringVar(&c.ReadonlyUser, "readonly-user", "", "the `name` that may only read (default reader@vsphere.local; reader of an ESXi)")
	fs.StringVar(&c.Cert, "cert", "", "certificate `file` (PEM); made at start when not given")
	fs.StringVar(&c.Key, "key", "", "key `file` (PEM) of --cert")
	fs.StringVar(&c.CAOut, "ca-out", "", "`file` to write the CA certificate to")
	fs.StringVar(&c.CertOut, "cert-out", "", "`file` to write the server's certificate to")
	fs.BoolVar(&c.NoVIJSON, "no-vijson", false, "be a vCenter 7: SOAP only")
	fs.BoolVar(&c.NoHello, "no-hello", false, "be a vCenter 8.0.1: VI/JSON without hello")
	fs.BoolVar(&c.WrappedFaults, "wrapped-faults", false, "a fault inside data as LocalizedMethodFault in JSON too")
	fs.StringVar(&c.Release, "release", releases[len(releases)-1], "newest VI/JSON `release` served")
	fs.IntVar(&c.UnknownRelease, "unknown-release", 0, "HTTP `status` of a VI/JSON release that is not served: 404 or 500 (default: as recorded of --release)")
	fs.Func("hello", "HTTP `status` of the version negotiation, or what PUT /hello takes", c.setHello)
	fs.Func("delay", "`Method=duration` that the tasks of a method take, e.g. CloneVM_Task=5s (repeatable)", c.addDelay)
	fs.DurationVar(&c.CancelDelay, "cancel-delay", 100*time.Millisecond, "time between an accepted CancelTask and the end of the task")
	fs.DurationVar(&c.SessionIdle, "session-idle", 30*time.Minute, "how long an idle session lives")
	fs.IntVar(&c.History, "history", 1000, "how many tasks the history keeps")
	fs.DurationVar(&c.HistoryLag, "history-lag", 0, "how long a new task is not in the history yet")
	fs.BoolVar(&c.SilentTasks, "silent-tasks", false, "do not announce changes of recentTask")

	fs.SetOutput(io.Discard) // the caller prints the error
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fs.SetOutput(os.Stdout)
			fs.Usage()
		}
		return c, err
	}
	c.nameUsers()
	return c, c.check(fs.Args())
}

// nameUsers gives unnamed users the names of a server of that kind.
func (c *Config) nameUsers() {
	domain, admin := "@vsphere.local", "administrator"
	if c.ESX {
		domain, admin = "", "root"
	}
	if c.User == "" {
		c.User = admin + domain
	}
	if c.ReadonlyUser == "" {
		c.ReadonlyUser = "reader" + domain
	}
}

func (c *Config) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %q", rest[0])
	case (c.Cert == "") != (c.Key == ""):
		return errors.New("--cert and --key belong together")
	case c.Cert != "" && c.CAOut != "":
		return errors.New("--ca-out writes the CA that is made at start: it does not go with --cert")
	case !slices.Contains(releases, c.Release):
		return fmt.Errorf("unknown release %q (known: %s)", c.Release, strings.Join(releases, ", "))
	case !slices.Contains([]int{0, http.StatusNotFound, http.StatusInternalServerError}, c.UnknownRelease):
		return errors.New("--unknown-release must be 404 or 500")
	case c.History < 1:
		return errors.New("--history must be at least 1")
	}
	return nil
}

func (c *Config) setHello(value string) (err error) {
	if status, failed := strconv.Atoi(value); failed == nil {
		value = fmt.Sprintf(`{"status":%d}`, status)
	}
	c.Hello, err = readHello(strings.NewReader(value))
	return err
}

func (c *Config) addDelay(value string) error {
	method, text, _ := strings.Cut(value, "=")
	delay, err := time.ParseDuration(text)
	if err != nil || method == "" {
		return errors.New("wanted is Method=duration, e.g. PowerOnVM_Task=3s")
	}
	c.Delays[strings.TrimSuffix(method, "_Task")] = delay
	return nil
}

// delay is the duration of the tasks of a method.
func (c *Config) delay(method string) time.Duration {
	return c.Delays[strings.TrimSuffix(method, "_Task")]
}

// vijsonReleases are the supported VI/JSON releases, newest first.
func (c *Config) vijsonReleases() []string {
	if c.ESX || c.NoVIJSON {
		return nil
	}
	served := releases[:slices.Index(releases, c.newest())+1]
	served = slices.Clone(served)
	slices.Reverse(served)
	return served
}

func (c *Config) newest() string {
	if c.NoHello {
		return releases[0]
	}
	return c.Release
}

// unknownRelease is the status for an unsupported release.
func (c *Config) unknownRelease() int {
	switch {
	case c.UnknownRelease != 0:
		return c.UnknownRelease
	case c.newest() == "8.0.3.0":
		return http.StatusInternalServerError
	}
	return http.StatusNotFound
}

// hasHello reports whether the server negotiates versions, which came with the second release.
func (c *Config) hasHello() bool {
	return len(c.vijsonReleases()) > 1
}

// envoy reports whether the server is behind an Envoy proxy.
func (c *Config) envoy() bool {
	return len(c.vijsonReleases()) > 0
}

// version returns the version of the product and of its API.
func (c *Config) version() (product, api string) {
	api = c.newest()
	if c.NoVIJSON {
		api = "7.0.3.0"
	}
	product = strings.TrimSuffix(api, ".0")
	if product == "8.0.3" {
		api = "8.0.2.0" // as recorded
	}
	return product, api
}
