// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test program be the server, for the tests of the process.
func TestMain(m *testing.M) {
	if os.Getenv("VCENTER_TEST_MAIN") != "" {
		main()
		os.Exit(0)
	}
	quiet()
	os.Exit(m.Run())
}

// process starts the program and waits for its ready line.
func process(t *testing.T, args ...string) (*exec.Cmd, map[string]any) {
	t.Helper()
	program, err := os.Executable()
	check(t, err)
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "VCENTER_TEST_MAIN=1", "GORACE=atexit_sleep_ms=0")
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	check(t, err)
	ready := map[string]any{}
	check(t, json.Unmarshal(line, &ready))
	return cmd, ready
}

func TestReadyLineAndFiles(t *testing.T) {
	t.Parallel()
	ca, cert := filepath.Join(t.TempDir(), "ca.pem"), filepath.Join(t.TempDir(), "cert.pem")
	cmd, ready := process(t, "--ca-out", ca, "--cert-out", cert, "--user", "me", "--password", "pw", "--no-vijson")
	for name, value := range map[string]any{
		"user": "me", "password": "pw", "readonly_user": "reader@vsphere.local", "ca": ca, "host": "127.0.0.1",
		"pid": float64(cmd.Process.Pid), "product": "VMware vCenter Server 7.0.3 build-5973321",
	} {
		equal(t, name, ready[name], value)
	}
	for _, file := range []string{ca, cert} {
		data, err := os.ReadFile(file)
		check(t, err)
		equal(t, file, bytes.HasPrefix(data, []byte("-----BEGIN CERTIFICATE-----")), true)
	}
}

// The server stops, even if a client waits.
func TestStopsOnSignal(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		ca := filepath.Join(t.TempDir(), "ca.pem")
		cmd, ready := process(t, "--ca-out", ca)
		v := &vcenter{&Server{config: Config{CAOut: ca, Password: "S3cret!", User: "administrator@vsphere.local", Release: "9.0.0.0"}}, t}
		r := v.raw()
		r.base = ready["url"].(string)
		r.login()
		go func() { _, _ = r.send(http.MethodPost, vijsonPrefix+r.release+"/"+waitPath, waitBody("")) }()
		eventually(t, "a client waits", func() bool {
			response, err := http.Get(ready["control"].(string) + "/stats")
			check(t, err)
			defer response.Body.Close()
			data, err := io.ReadAll(response.Body)
			check(t, err)
			return bytes.Contains(data, []byte("WaitForUpdatesEx"))
		})

		begin := time.Now()
		check(t, cmd.Process.Signal(signal))
		check(t, cmd.Wait()) // the status is 0
		equal(t, "before the wait ends", time.Since(begin) < 30*time.Second, true)
	}
}

func TestFlagErrors(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--delay PowerOn":             "wanted is Method=duration",
		"--release 8.0.4.0":           "unknown release",
		"--cert x":                    "belong together",
		"--cert x --key y --ca-out z": "does not go with --cert",
		"--history 0":                 "at least 1",
		"more":                        "unexpected argument",
		"--unknown-release 403":       "must be 404 or 500",
		"--hello 99":                  "from 200 to 599",
		"--hello maybe":               "invalid value",
	} {
		_, err := parseFlags(strings.Fields(args))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
}

func TestGivenCertificate(t *testing.T) {
	t.Parallel()
	pair, ca, err := makeCertificate()
	check(t, err)
	dir := t.TempDir()
	cert, key, caFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), filepath.Join(dir, "ca.pem")
	check(t, writePEM(cert, pair.Certificate[0]))
	check(t, writeKey(key, pair))
	check(t, writePEM(caFile, ca))
	config, err := parseFlags([]string{"--cert", cert, "--key", key})
	check(t, err)
	server, err := Start(config)
	check(t, err)
	defer server.Close()
	server.config.CAOut = caFile // the path that the client uses
	v := &vcenter{server, t}
	v.raw().call("ServiceInstance/ServiceInstance/content").want(t, http.StatusOK)
}

func TestInventorySize(t *testing.T) {
	t.Parallel()
	v := start(t, "--datacenters", "2", "--clusters", "2", "--hosts", "3", "--vms", "1")
	equal(t, "datacenters", len(v.registry.All("Datacenter")), 2)
	equal(t, "clusters", len(v.registry.All("ClusterComputeResource")), 4)
	equal(t, "virtual machines", len(v.registry.All("VirtualMachine")), 2*(2+3))
}
