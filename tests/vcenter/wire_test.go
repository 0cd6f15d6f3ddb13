// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

// bytesOf returns the bytes of one answer, up to its end or the end of the connection.
func (r *raw) bytesOf(method, path, body string, headers ...string) []byte {
	t := r.v.t
	t.Helper()
	pem, err := os.ReadFile(r.v.config.CAOut)
	check(t, err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	conn, err := tls.Dial("tcp", r.v.listener.Addr().String(), &tls.Config{RootCAs: roots})
	check(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s: %s\r\nContent-Length: %d\r\n%s\r\n%s",
		method, path, sessionHeader, r.session, len(body), strings.Join(append(headers, ""), "\r\n"), body)
	check(t, err)
	all, err := io.ReadAll(conn)
	if _, closed := err.(*net.OpError); err != nil && !closed {
		t.Fatal(err)
	}
	return all
}

func TestFrontOfVCenter(t *testing.T) {
	t.Parallel()
	r := start(t).raw().login()
	const path = vijsonPrefix + "9.0.0.0/ServiceInstance/ServiceInstance/content"
	plain := string(r.bytesOf("GET", path, ""))
	for _, line := range []string{"\r\ncache-control: no-cache\r\n", "\r\nvary: Accept-Encoding\r\n", "\r\nContent-Length: ", "\r\nContent-Type: application/json\r\n"} {
		if !strings.Contains(plain, line) {
			t.Errorf("%q is not in %s", line, plain)
		}
	}
	equal(t, "time", regexp.MustCompile(`\r\nx-envoy-upstream-service-time: \d+\r\n`).MatchString(plain), true)
	for _, request := range [][3]string{{"GET", path, ""}, {"POST", "/sdk", soapOpen + soapCurrentTime + soapClose}} {
		packed := r.bytesOf(request[0], request[1], request[2], "Accept-Encoding: gzip, deflate")
		equal(t, "chunked", bytes.Contains(packed, []byte("\r\nTransfer-Encoding: chunked\r\n")), true)
		equal(t, "compressed", bytes.Contains(packed, []byte("\r\nContent-Encoding: gzip\r\n")), true)
		equal(t, "length", bytes.Contains(packed, []byte("Content-Length")), false)
		a, err := r.send(request[0], request[1], request[2]) // Go decompresses the answer
		check(t, err)
		equal(t, "content", strings.Contains(a.body, "VMware vCenter Server") || strings.Contains(a.body, "NotAuthenticated"), true)
	}
	nothing := r.bytesOf("POST", vijsonPrefix+"9.0.0.0/SessionManager/SessionManager/Logout", "", "Accept-Encoding: gzip")
	equal(t, "no body", bytes.HasPrefix(nothing, []byte("HTTP/1.1 204")) && bytes.HasSuffix(nothing, []byte("\r\n\r\n")), true)
}

func TestFrontOfOlderServers(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--esx", "--no-vijson"} {
		r := start(t, flag).raw()
		a := r.soap("", soapCurrentTime).want(t, 500)
		equal(t, "envoy", a.header.Get("X-Envoy-Upstream-Service-Time"), "")
		equal(t, "cache", a.header.Get("Cache-Control"), "no-cache")
		equal(t, "connection", a.header.Get("Connection"), "Keep-Alive")
		equal(t, "length", a.header.Get("Content-Length"), fmt.Sprint(len(a.body)))
	}
}

// An answer can be cut at any byte, and is complete only with all of them.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	const call = vijsonPrefix + "9.0.0.0/TaskManager/TaskManager/maxCollector"
	for _, framing := range []string{"", `,"chunked":true`, `,"gzip":true`, `,"chunked":true,"gzip":true`} {
		v.fault(`{"kind":"cut","in":"body","at":9999` + framing + `}`)
		whole := r.bytesOf("GET", call, "")
		header, body, _ := bytes.Cut(whole, []byte("\r\n\r\n"))
		response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(whole)), nil)
		check(t, err)
		_, err = io.ReadAll(response.Body)
		check(t, err)
		for part, length := range map[string]int{"header": len(header) + 4, "body": len(body)} {
			for at := range length {
				v.fault(fmt.Sprintf(`{"kind":"cut","in":%q,"at":%d%s}`, part, at, framing))
				sent := r.bytesOf("GET", call, "")
				want := at
				if part == "body" {
					want += len(header) + 4
				}
				equal(t, fmt.Sprint(part, framing, at), string(sent), string(whole[:want]))
				if !isCut(sent) {
					t.Errorf("%s%s %d is whole", part, framing, at)
				}
			}
		}
	}
}

// isCut reports whether a careful client would take the answer for incomplete.
func isCut(sent []byte) bool {
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(sent)), nil)
	if err == nil {
		_, err = io.ReadAll(response.Body)
	}
	return err != nil
}

// Answers that are not from vSphere have any status, before or after the call is carried out.
func TestAnswersOfOthers(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	r.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, protocol := range []string{"json", "soap"} {
		for rule, want := range map[string]struct {
			status  int
			part    string
			carried bool
		}{
			`"kind":"status"`: {503, "Service Unavailable", false},
			`"kind":"status","status":504,"carried_out":true`: {504, "Gateway Timeout", true},
			`"kind":"html"`: {200, "<html>", false},
			`"kind":"html","status":502,"carried_out":true`: {502, "<html>", true},
			`"kind":"empty"`:                                       {200, "", true},
			`"kind":"empty","carried_out":false`:                   {200, "", false},
			`"kind":"redirect"`:                                    {302, "", true},
			`"kind":"redirect","status":307,"carried_out":false`:   {307, "", false},
			`"kind":"unreadable"`:                                  {200, "\x00\xff<{", true},
			`"kind":"unreadable","body":"{","carried_out":false`:   {200, "{", false},
			`"kind":"status","status":401,"body":"who are you?"`:   {401, "who are you?", false},
			`"kind":"html","headers":{"X-Proxy":"a"},"body":"<p>"`: {200, "<p>", false},
		} {
			task := v.makeOne(`{}`)
			v.fault(`{"match":"UpdateProgress",` + rule + `}`)
			var a answer
			if protocol == "json" {
				a = r.call("Task/"+task.Value+"/UpdateProgress", `{"percentDone":7}`)
			} else {
				a = r.soap(`vmware_soap_session="`+r.session+`"`,
					`<UpdateProgress xmlns="urn:vim25"><_this type="Task">`+task.Value+`</_this><percentDone>7</percentDone></UpdateProgress>`)
			}
			a.want(t, want.status, want.part)
			equal(t, rule+" is carried out", v.taskInfo(task).Progress == 7, want.carried)
			kind := a.header.Get("Content-Type")
			if strings.Contains(rule, "unreadable") {
				equal(t, "type", kind, contentTypes[protocol])
			}
			equal(t, "redirect", a.header.Get("Location") != "", strings.Contains(rule, "redirect"))
			equal(t, "proxy", a.header.Get("X-Proxy") != "", strings.Contains(rule, "X-Proxy"))
		}
	}
}

// A fault can have any status, even after the call was carried out.
func TestFaultWithStatus(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw().login()
	for _, carried := range []bool{false, true} {
		rule := fmt.Sprintf(`{"kind":"fault","status":200,"carried_out":%t,"fault":{"_typeName":"NoPermission","privilegeId":"Task.Update"}}`, carried)
		task := v.makeOne(`{}`)
		v.fault(rule)
		r.call("Task/"+task.Value+"/UpdateProgress", `{"percentDone":7}`).want(t, 200, `{"_typeName":"NoPermission","privilegeId":"Task.Update","faultstring":`)
		equal(t, "carried out", v.taskInfo(task).Progress == 7, carried)
		v.fault(rule)
		r.soap(`vmware_soap_session="`+r.session+`"`, `<UpdateProgress xmlns="urn:vim25"><_this type="Task">`+task.Value+
			`</_this><percentDone>8</percentDone></UpdateProgress>`).want(t, 200, "<soapenv:Fault>", `type="NoPermission"`)
		equal(t, "carried out", v.taskInfo(task).Progress == 8, carried)
	}
}

// A session is rejected after a successful login, but calls that need no session still work.
func TestSessionIsRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v *vcenter, _ *vim25.Client) {
		v.fault(`{"kind":"session_refused","count":3}`)
		v.fault(`{"kind":"fault","match":"Login$","skip":1,"count":2,"fault":{"_typeName":"InvalidLogin"}}`)
		protocol := strings.TrimPrefix(t.Name(), "TestSessionIsRefused/")
		c := v.client(protocol)
		for range 3 {
			wantFault[types.NotAuthenticated](t, currentTime(c))
		}
		check(t, currentTime(c))
		other := v.anonymous(protocol)
		login := types.Login{This: *c.ServiceContent.SessionManager, UserName: v.config.User, Password: v.config.Password}
		for range 2 {
			_, err := methods.Login(ctx, other, &login)
			wantFault[types.InvalidLogin](t, err)
		}
		_, err := methods.Login(ctx, other, &login)
		check(t, err)
		check(t, currentTime(other))
	})
}
