// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"bytes"
	"context"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// call is a request of either protocol during its way through the simulator.
type call struct {
	ctx     context.Context // ends with the client's connection and with the session
	token   string          // the session that the client sent, or the new one after a login
	session string          // the key of the session
	login   *session        // the session of the call, if any

	inner  *simulator.Context // the context of the simulator
	ref    types.ManagedObjectReference
	method string
	body   any

	task *Task // the first task that the call started

	refused types.BaseMethodFault // the reason for a rejection
	message string                // the text of the fault, unless it is the usual one
	carried bool                  // this program dispatches the call, not the simulator (see carry)
	result  soap.HasFault
}

type callKey struct{}

// callOf finds the call of a simulator context, or nil for internal work of the simulator.
func callOf(ctx *simulator.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// serve passes a SOAP request to the simulator.
//
// The simulator creates the context of a request itself and does not expose the HTTP request in it, but a hook
// (Registry.Cookie) returns the session of a context. Therefore, the simulator gets the number of the call as session
// cookie, and the hook, identify, connects the two.
func (s *Server) serve(c *call, r *http.Request, envelope []byte) *recorder {
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	c.ctx = ctx
	if c.login = s.sessions.touch(c.token); c.login != nil {
		c.session = c.login.key
		defer context.AfterFunc(c.login.ctx, cancel)()
	}

	id := strconv.FormatInt(s.callID.Add(1), 10)
	s.calls.Store(id, c)
	defer s.calls.Delete(id)

	inner := r.Clone(r.Context())
	inner.Method = http.MethodPost
	inner.Body = readCloser{bytes.NewReader(envelope)}
	inner.Header.Set("Cookie", soap.SessionCookieName+"="+id)
	out := newRecorder()
	s.service.ServeSDK(out, inner)

	s.noteSession(c, out)
	return out
}

// identify is the simulator's Cookie hook.
func (s *Server) identify(ctx *simulator.Context) string {
	found, ok := s.calls.Load(simulator.HTTPCookie(ctx))
	if !ok {
		return ""
	}
	c := found.(*call)
	c.inner = ctx
	// A task outlives the request that started it, and keeps this context.
	ctx.Context = context.WithValue(context.WithoutCancel(c.ctx), callKey{}, c)
	return c.session
}

// carrier is any valid SOAP request. It only starts a call in the simulator, for a context with its session.
var carrier = []byte(`<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>` +
	`<CurrentTime xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime></Body></Envelope>`)

// carry calls a method with a decoded body, and returns the answer before it is encoded.
func (s *Server) carry(c *call, r *http.Request) soap.HasFault {
	c.carried = true
	inner := r.Clone(r.Context())
	inner.URL.Path = s.registry.Path
	s.serve(c, inner, carrier)
	return c.result
}

// intercept is the simulator's Handler hook. It gets every call before the lookup of the object.
func (s *Server) intercept(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	c := callOf(ctx)
	if c == nil || c.inner != ctx {
		return nil, nil // an internal call of the simulator
	}
	if ctx.Session != nil {
		s.sessions.bind(ctx.Session)
	}
	if !c.carried {
		c.ref, c.method, c.body = method.This, method.Name, method.Body
		if c.refused == nil {
			c.refused = s.refuse(ctx, method.This, method.Name, method.Body)
		}
		return nil, c.refused
	}
	c.result = s.dispatch(ctx, c)
	return nil, &types.RequestCanceled{} // the answer exists, so the simulator has nothing to do
}

// dispatch handles a decoded SOAP request like the simulator.
func (s *Server) dispatch(ctx *simulator.Context, c *call) soap.HasFault {
	ctx.Caller = &c.ref
	if ctx.Session == nil && !slices.Contains(withoutSession, c.method) {
		return fault(notAuthenticated(c.ref))
	}
	if refused := s.refuse(ctx, c.ref, c.method, c.body); refused != nil {
		return fault(refused)
	}
	object := lookup(ctx, c.ref)
	if object == nil {
		return fault(&types.ManagedObjectNotFound{Obj: c.ref})
	}
	method := methodOf(object, c.method)
	if !method.IsValid() {
		return fault(&types.MethodNotFound{Receiver: c.ref, Method: c.method})
	}
	if entity, ok := object.(mo.Entity); ok && slices.Contains(entity.Entity().DisabledMethod, c.method) {
		return fault(&types.MethodDisabled{})
	}

	args := []reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(c.body)}
	args = args[2-method.Type().NumIn():]
	defer ctx.Map.AcquireLock(ctx, object)()
	return method.Call(args)[0].Interface().(soap.HasFault)
}

// withoutSession contains the calls of VI/JSON that need no session. RetrievePropertiesEx rejects single properties.
var withoutSession = []string{
	"Login", "LoginByToken", "LoginExtensionByCertificate", "CloneSession", "RetrieveServiceContent", "RetrievePropertiesEx",
}

// needsSession reports whether the answer to a call, by its name in the counters, depends on a session.
func needsSession(call string) bool {
	_, member, _ := strings.Cut(call, ".")
	if member == "RetrievePropertiesEx" {
		return true
	}
	return member != "" && call != "ServiceInstance.content" && !slices.Contains(withoutSession, member)
}

// lookup prefers the session's own objects, such as its property collectors.
func lookup(ctx *simulator.Context, ref types.ManagedObjectReference) mo.Reference {
	if ctx.Session != nil {
		return ctx.Session.Get(ref)
	}
	return ctx.Map.Get(ref)
}

// methodOf finds a published method of a simulator object, which calls X_Task XTask.
func methodOf(object mo.Reference, name string) reflect.Value {
	name = upperFirst(name)
	if operation, ok := strings.CutSuffix(name, "_Task"); ok {
		name = operation + "Task"
	}
	return reflect.ValueOf(object).MethodByName(name)
}

// sessionOver reports whether the session has ended since the call arrived.
func (c *call) sessionOver() bool {
	return c != nil && c.login != nil && c.login.ctx.Err() != nil
}

// fault is the reason for which a call was rejected.
func (c *call) fault() *soap.Fault {
	if c.result == nil {
		return nil
	}
	return c.result.Fault()
}

// fault is the answer to a rejected call. The encoder adds its message.
func fault(f types.BaseMethodFault) soap.HasFault {
	return &methods.CurrentTimeBody{Fault_: simulator.Fault("", f)}
}

func notAuthenticated(ref types.ManagedObjectReference) *types.NotAuthenticated {
	return &types.NotAuthenticated{NoPermission: types.NoPermission{Object: &ref, PrivilegeId: "System.View"}}
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
