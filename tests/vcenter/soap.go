// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"bytes"
	"encoding/xml"
	"html"
	"net/http"
	"regexp"
	"slices"

	"github.com/vmware/govmomi/vim25/soap"
)

// serveSOAP answers a SOAP request: the simulator does, and what it leaves out is filled in.
func (s *Server) serveSOAP(r *http.Request, body []byte) *recorder {
	return s.soapCall(&call{ctx: r.Context()}, r, body)
}

func (s *Server) soapCall(c *call, r *http.Request, body []byte) *recorder {
	if cookie, err := r.Cookie(soap.SessionCookieName); err == nil {
		c.session = cookie.Value
	}
	out := s.serve(c, r, body)
	answer := out.body.Bytes()
	if out.status == http.StatusInternalServerError {
		answer = fillFaultString(answer, c)
	} else {
		answer = s.fillProgress(answer)
	}
	out.body = *bytes.NewBuffer(answer)
	out.header.Set("Content-Type", "text/xml; charset=utf-8")
	return out
}

var emptyFaultString = regexp.MustCompile(`<faultstring>(?:Login failure)?</faultstring>(<detail><\w+ [^>]*type="(\w+)")`)

// fillFaultString gives a fault without a message the one of its type.
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

var taskInfo = regexp.MustCompile(`(?s)<task type="Task">([^<]*)</task>.*?<reason `)

// fillProgress adds a progress of 0, which govmomi takes for unset.
func (s *Server) fillProgress(envelope []byte) []byte {
	return taskInfo.ReplaceAllFunc(envelope, func(found []byte) []byte {
		key := taskInfo.FindSubmatch(found)[1]
		if bytes.Contains(found, []byte("<progress>")) || !s.reportsProgress(string(key)) {
			return found
		}
		return slices.Concat(bytes.TrimSuffix(found, []byte("<reason ")), []byte("<progress>0</progress><reason "))
	})
}

// soapCallName reads which method of which type a SOAP request calls. The read of a property, which is a method in
// SOAP, is named like the property, as in VI/JSON.
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
		return "unreadable"
	}
	call := request.Body.Call
	if call.XMLName.Local == "Fetch" {
		return call.This.Type + "." + call.Property
	}
	return call.This.Type + "." + call.XMLName.Local
}
