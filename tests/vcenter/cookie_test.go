// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

const soapOpen, soapClose = `<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" ` +
	`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soapenv:Body>`,
	`</soapenv:Body></soapenv:Envelope>`

// soap sends a SOAP call unchanged. The cookie is the whole header, or none if it is empty.
func (r *raw) soap(cookie, call string) answer {
	r.v.t.Helper()
	a, err := r.trySOAP(cookie, call)
	check(r.v.t, err)
	return a
}

func (r *raw) trySOAP(cookie, call string) (answer, error) {
	header := http.Header{"Content-Type": {"text/xml; charset=UTF-8"}, "Cookie": {cookie}}
	return r.sendWith(header, http.MethodPost, "/sdk", soapOpen+call+soapClose)
}

func (r *raw) soapLogin(password string) answer {
	r.v.t.Helper()
	return r.soap("", `<Login xmlns="urn:vim25"><_this type="SessionManager">`+r.v.content().SessionManager.Value+`</_this>`+
		`<userName>`+r.v.config.User+`</userName><password>`+password+`</password></Login>`)
}

const soapCurrentTime = `<CurrentTime xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime>`

var wholeCookie = regexp.MustCompile(`^vmware_soap_session="([0-9a-f]{40})"; Path=/; HttpOnly; Secure;$`)

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--history=10", "--no-vijson", "--esx"} {
		v := start(t, flag)
		r := v.raw()
		cookie := r.soapLogin(v.config.Password).want(t, 200, "</key>").header.Get("Set-Cookie")
		found := wholeCookie.FindStringSubmatch(cookie)
		if found == nil {
			t.Fatal(cookie)
		}
		for header, known := range map[string]bool{
			`vmware_soap_session="` + found[1] + `"`: true,
			cookie:                                   true, // pyVmomi sends all of it back
			`a=b; vmware_soap_session="` + found[1] + `"; c=d`:      true,
			`vmware_soap_session=` + found[1]:                       false,
			`vmware_soap_session=""` + found[1] + `""`:              false,
			`xvmware_soap_session="` + found[1] + `"`:               false,
			`vmware_soap_session="` + strings.Repeat("0", 40) + `"`: false,
			"": false,
		} {
			a := r.soap(header, soapCurrentTime)
			if known {
				a.want(t, 200)
			} else {
				a.want(t, 500, "NotAuthenticated")
			}
			equal(t, "another cookie", a.header.Get("Set-Cookie"), "")
		}
	}
}

// A rejected login returns the cookie of no session.
func TestCookieOfRefusedLogin(t *testing.T) {
	t.Parallel()
	v := start(t)
	r := v.raw()
	cookie := r.soapLogin("bad").want(t, 500, "InvalidLogin").header.Get("Set-Cookie")
	equal(t, "form", wholeCookie.MatchString(cookie), true)
	r.soap(cookie, soapCurrentTime).want(t, 500, "NotAuthenticated")
	equal(t, "sessions", len(v.sessions.keys()), 0)
}

// The header of VI/JSON contains the bare token, not the key of the session. Both protocols share sessions.
func TestSessionHeader(t *testing.T) {
	t.Parallel()
	r := start(t).raw().login()
	equal(t, "form", regexp.MustCompile(`^[0-9a-f]{40}$`).MatchString(r.session), true)
	a := r.call("SessionManager/SessionManager/currentSession").want(t, 200)
	equal(t, "the key is another", strings.Contains(a.body, r.session), false)
	r.soap(`vmware_soap_session="`+r.session+`"`, soapCurrentTime).want(t, 200)
}
