// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	vijsonPrefix  = "/sdk/vim25/"
	sessionHeader = "vmware-api-session-id"
)

// vijsonTarget is the target of a VI/JSON address: /sdk/vim25/{release}/{type}/{id}/{member}
type vijsonTarget struct {
	release string
	ref     types.ManagedObjectReference
	member  string
}

func parseTarget(r *http.Request) (t vijsonTarget, ok bool) {
	parts := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), vijsonPrefix), "/")
	if len(parts) != 4 {
		return t, false
	}
	for i := range parts {
		// Split first, because an unescaped ID can contain any character.
		part, err := url.PathUnescape(parts[i])
		if err != nil || part == "" {
			return t, false
		}
		parts[i] = part
	}
	ref := types.ManagedObjectReference{Type: parts[1], Value: parts[2]}
	return vijsonTarget{parts[0], ref, parts[3]}, true
}

func (t vijsonTarget) call() string { return t.ref.Type + "." + t.member }

// serveVIJSON answers a VI/JSON request.
func (s *Server) serveVIJSON(r *http.Request, body []byte) *recorder {
	out := newRecorder()
	target, ok := parseTarget(r)
	declared, known := managedType(target.ref.Type)
	switch {
	case s.config.ESX:
		writeUnreadable(out, body) // other addresses below /sdk are SOAP
		return out
	case !ok || !known:
		writeNotFound(out)
		return out
	case !slices.Contains(s.config.vijsonReleases(), target.release):
		s.writeUnknownRelease(out, target.release)
		return out
	}
	c := &call{ctx: r.Context(), token: r.Header.Get(sessionHeader), ref: target.ref}
	switch r.Method {
	case http.MethodGet:
		s.getProperty(out, r, c, declared, target.member)
	case http.MethodPost:
		s.invoke(out, r, c, target.member, body)
	default:
		writeNotFound(out)
	}
	return out
}

// getProperty reads a property with the property collector, which supports all of them.
func (s *Server) getProperty(out *recorder, r *http.Request, c *call, declared reflect.Type, name string) {
	if _, ok := propertyOf(declared, name); !ok {
		writeNotFound(out)
		return
	}
	ref := c.ref
	if ref == vim25.ServiceInstance && name == "content" {
		s.invoke(out, r, c, "RetrieveServiceContent", nil)
		return
	}
	if s.sessions.touch(c.token) == nil && !isAnonymous(ref.Type, name) {
		s.writeFault(out, simulator.Fault("", notAuthenticated(ref)))
		return
	}
	c.ref, c.method = s.content().PropertyCollector, "RetrievePropertiesEx"
	c.body = readOne(ref, name)
	result := s.carry(c, r)
	if f := result.Fault(); f != nil {
		s.writeFault(out, f)
		return
	}
	found := result.(*methods.RetrievePropertiesExBody).Res.Returnval.Objects[0]
	switch {
	case len(found.MissingSet) > 0:
		s.writeFault(out, simulator.Fault("", found.MissingSet[0].Fault.Fault))
	case len(found.PropSet) == 0:
		out.WriteHeader(http.StatusNoContent)
	default:
		s.writeAny(out, found.PropSet[0].Val)
	}
}

// invoke calls a method.
func (s *Server) invoke(out *recorder, r *http.Request, c *call, name string, body []byte) {
	request, ok := types.TypeFunc()(name)
	if !ok || !isRequest(request) {
		writeNotFound(out)
		return
	}
	if s.sessions.touch(c.token) == nil && !slices.Contains(withoutSession, name) {
		s.writeFault(out, simulator.Fault("", notAuthenticated(c.ref)))
		return
	}
	decoded, err := decodeVIJSON(body, request, c.ref)
	if err != nil {
		var bad *badBody
		errors.As(err, &bad)
		s.writeFault(out, simulator.Fault(bad.message, bad.fault))
		return
	}
	c.method, c.body = name, decoded
	before := c.token
	result := s.carry(c, r)

	if f := result.Fault(); f != nil {
		if _, ok := f.Detail.Fault.(*types.MethodNotFound); ok {
			writeNotFound(out)
			return
		}
		s.writeFault(out, f)
		return
	}
	if c.token != before {
		out.Header().Set(sessionHeader, c.token)
	}
	response := reflect.ValueOf(result).Elem().FieldByName("Res").Elem()
	value := response.FieldByName("Returnval")
	if value.IsValid() && value.Kind() == reflect.Slice && value.Len() == 0 {
		value = reflect.Value{} // an empty array result has no content
	}
	s.writeValue(out, value)
}

// isRequest distinguishes the parameters of a method from other vim25 types.
func isRequest(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	this, ok := t.FieldByName("This")
	return ok && this.Type == reflect.TypeFor[types.ManagedObjectReference]()
}

func (s *Server) writeUnknownRelease(out *recorder, release string) {
	if s.config.NoVIJSON || s.config.unknownRelease() == http.StatusNotFound {
		writeNotFound(out)
		return
	}
	s.writeFault(out, simulator.Fault("The version "+release+" is not supported.", &types.InvalidRequest{}))
}

func writeNotFound(out *recorder) {
	const text = "404 Not Found"
	out.Header().Set("Content-Type", "text/html; charset=utf-8")
	out.WriteHeader(http.StatusNotFound)
	_, _ = out.Write([]byte("<!DOCTYPE html><html><head><title>" + text + "</title></head><body><h1>" + text + "</h1></body></html>\n"))
}
