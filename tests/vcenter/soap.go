// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"

	"github.com/vmware/govmomi/vim25/soap"
)

// serveSOAP answers a SOAP request with the answer of the simulator, and adds missing parts.
func (s *Server) serveSOAP(r *http.Request, body []byte) *recorder {
	if soapCallName(body) == unreadable {
		out := newRecorder()
		writeUnreadable(out, body)
		return out
	}
	return s.soapCall(&call{ctx: r.Context()}, r, body)
}

func (s *Server) soapCall(c *call, r *http.Request, body []byte) *recorder {
	c.token = cookieToken(r)
	before := c.token
	out := s.serve(c, r, body)
	out.header.Del("Set-Cookie") // the cookie of the simulator
	switch {
	case c.token != before:
		setCookie(out, c.token)
	case c.method == "Login":
		setCookie(out, newToken()) // a rejected login gets the cookie of no session, too
	}
	answer := bytes.ReplaceAll(out.body.Bytes(), goDeclaration, nil)
	answer = bytes.ReplaceAll(answer, goTypeAttribute, []byte(" xsi:type="))
	if out.status == http.StatusInternalServerError {
		answer = fillFaultString(answer, c)
	} else {
		answer = s.fillProgress(finerTimeXML.ReplaceAll(answer, []byte("${1}Z<")))
	}
	out.body = *bytes.NewBuffer(s.foreign.intoXML(answer))
	out.header.Set("Content-Type", "text/xml; charset=utf-8")
	return out
}

// sessionCookie is the only accepted form of a session cookie, including the quotes.
var sessionCookie = regexp.MustCompile(`(?:^|;)\s*` + soap.SessionCookieName + `="([0-9a-f]{40})"\s*(?:;|$)`)

// cookieToken reads the session of a client. Some clients also return the attributes of the cookie.
func cookieToken(r *http.Request) string {
	if found := sessionCookie.FindStringSubmatch(r.Header.Get("Cookie")); found != nil {
		return found[1]
	}
	return ""
}

// setCookie sends a session cookie in the form of recorded servers: in quotes, and ending with a semicolon.
func setCookie(out *recorder, token string) {
	out.header.Set("Set-Cookie", soap.SessionCookieName+`="`+token+`"; Path=/; HttpOnly; Secure;`)
}

var emptyFaultString = regexp.MustCompile(`<faultstring>(?:Login failure)?</faultstring>(<detail><\w+ [^>]*type="(\w+)")`)

// fillFaultString gives a fault without a message that of its type.
func fillFaultString(envelope []byte, c *call) []byte {
	return emptyFaultString.ReplaceAllFunc(envelope, func(found []byte) []byte {
		parts := emptyFaultString.FindSubmatch(found)
		message := c.message
		if message == "" && c.refused != nil {
			message = messageOf(c.refused)
		}
		if message == "" {
			message = messageOfType(string(parts[2]))
		}
		return []byte("<faultstring>" + html.EscapeString(message) + "</faultstring>" + string(parts[1]))
	})
}

// The form of xsi:type in Go's encoder. The envelope declares the prefix.
var (
	goDeclaration   = []byte(` xmlns:_XMLSchema-instance="http://www.w3.org/2001/XMLSchema-instance"`)
	goTypeAttribute = []byte(" _XMLSchema-instance:type=")
)

// finerTimeXML is a time with more digits than a vCenter sends.
var finerTimeXML = regexp.MustCompile(`(>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})\d+Z<`)

var taskInfo = regexp.MustCompile(`(?s)<task type="Task">([^<]*)</task>.*?<reason `)

// fillProgress adds a progress of 0, which govmomi treats as unset.
func (s *Server) fillProgress(envelope []byte) []byte {
	return taskInfo.ReplaceAllFunc(envelope, func(found []byte) []byte {
		key := taskInfo.FindSubmatch(found)[1]
		if bytes.Contains(found, []byte("<progress>")) || !s.reportsProgress(string(key)) {
			return found
		}
		return slices.Concat(bytes.TrimSuffix(found, []byte("<reason ")), []byte("<progress>0</progress><reason "))
	})
}

// writeUnreadable answers a body that is not XML with the fault of the servers' parser.
func writeUnreadable(out *recorder, body []byte) {
	problem := "not well-formed (invalid token)"
	if len(body) == 0 {
		problem = "no element found"
	}
	out.header.Set("Content-Type", "text/xml; charset=utf-8")
	out.WriteHeader(http.StatusInternalServerError)
	_, _ = fmt.Fprintf(out, `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/"
 xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:xsd="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<soapenv:Body>
<soapenv:Fault><faultcode>ClientFaultCode</faultcode><faultstring>
Error returned by expat parser: %s

while parsing HTTP request before method was determined
at line 1, column 0</faultstring></soapenv:Fault>
</soapenv:Body>
</soapenv:Envelope>`, problem)
}

// unreadable is the name of an unreadable call.
const unreadable = "unreadable"

// soapCallName reads the type and the method of a SOAP request. Reading a property is a method in SOAP, and has the
// name of the property, as in VI/JSON.
func soapCallName(envelope []byte) string {
	var request struct {
		Body struct {
			Call struct {
				XMLName xml.Name
				This    struct {
					Type string `xml:"type,attr"`
				} `xml:"_this"`
				Property string `xml:"prop"`
			} `xml:",any"`
		} `xml:"Body"`
	}
	if err := xml.Unmarshal(envelope, &request); err != nil {
		return unreadable
	}
	call := request.Body.Call
	if call.XMLName.Local == "Fetch" {
		return call.This.Type + "." + call.Property
	}
	return call.This.Type + "." + call.XMLName.Local
}
