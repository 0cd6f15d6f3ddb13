// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// mostObjects is the number of objects in one answer: the policy of a vCenter.
const mostObjects = 100

// pages contains the rest of long answers, by token.
var pages sync.Map

type restOfPages struct {
	most    int
	objects []types.ObjectContent
}

// next returns one answer of the rest, and the token for the remaining ones.
func (rest restOfPages) next() (page []types.ObjectContent, token string) {
	if len(rest.objects) <= rest.most {
		return rest.objects, ""
	}
	token = uuid.NewString()
	pages.Store(token, restOfPages{rest.most, rest.objects[rest.most:]})
	return rest.objects[:rest.most], token
}

// RetrievePropertiesEx reads properties.
func (pc *PropertyCollector) RetrievePropertiesEx(ctx *simulator.Context, req *types.RetrievePropertiesEx) soap.HasFault {
	result := retrieve(ctx, req)
	if result.Res != nil {
		most := mostObjects
		if limit := int(req.Options.MaxObjects); limit > 0 {
			most = min(most, limit)
		}
		found := result.Res.Returnval
		found.Objects, found.Token = restOfPages{most, found.Objects}.next()
	}
	return result
}

// ContinueRetrievePropertiesEx continues after the end of an answer.
func (pc *PropertyCollector) ContinueRetrievePropertiesEx(_ *simulator.Context, req *types.ContinueRetrievePropertiesEx) soap.HasFault {
	rest, ok := pages.LoadAndDelete(req.Token)
	if !ok {
		return fault(&types.InvalidArgument{InvalidProperty: "token"})
	}
	body := &methods.ContinueRetrievePropertiesExBody{Res: &types.ContinueRetrievePropertiesExResponse{}}
	body.Res.Returnval.Objects, body.Res.Returnval.Token = rest.(restOfPages).next()
	return body
}

// CancelRetrievePropertiesEx drops the rest.
func (pc *PropertyCollector) CancelRetrievePropertiesEx(_ *simulator.Context, req *types.CancelRetrievePropertiesEx) soap.HasFault {
	if _, ok := pages.LoadAndDelete(req.Token); !ok {
		return fault(&types.InvalidArgument{InvalidProperty: "token"})
	}
	return &methods.CancelRetrievePropertiesExBody{Res: &types.CancelRetrievePropertiesExResponse{}}
}

// RetrieveProperties is the older form, without pages.
func (pc *PropertyCollector) RetrieveProperties(ctx *simulator.Context, req *types.RetrieveProperties) soap.HasFault {
	result := retrieve(ctx, &types.RetrievePropertiesEx{This: req.This, SpecSet: req.SpecSet})
	if result.Res == nil {
		return result
	}
	return &methods.RetrievePropertiesBody{Res: &types.RetrievePropertiesResponse{Returnval: result.Res.Returnval.Objects}}
}

// FetchResponse has the name of its element.
type FetchResponse struct {
	Returnval any `xml:"returnval,omitempty,typeattr"`
}

type fetchBody struct {
	Res *FetchResponse `xml:"FetchResponse"`
}

func (*fetchBody) Fault() *soap.Fault { return nil }

// Fetch reads one property, like pyVmomi. The API reference does not contain it. The type of its request is private to
// the simulator.
func (pc *PropertyCollector) Fetch(ctx *simulator.Context, request any) soap.HasFault {
	fields := reflect.ValueOf(request).Elem()
	ref := fields.FieldByName("This").Interface().(types.ManagedObjectReference)
	name := fields.FieldByName("Prop").String()
	if ref == vim25.ServiceInstance && name == "content" {
		content := ctx.Map.Get(ref).(*simulator.ServiceInstance).Content
		return &fetchBody{&FetchResponse{content}}
	}
	result := retrieve(ctx, readOne(ref, name))
	if result.Res == nil {
		return result
	}
	found := result.Res.Returnval.Objects[0]
	switch {
	case len(found.MissingSet) > 0:
		return &methods.CurrentTimeBody{Fault_: simulator.Fault("", found.MissingSet[0].Fault.Fault)}
	case len(found.PropSet) == 0:
		return &fetchBody{&FetchResponse{}}
	}
	return &fetchBody{&FetchResponse{found.PropSet[0].Val}}
}

// readOne reads one property of one object.
func readOne(ref types.ManagedObjectReference, name string) *types.RetrievePropertiesEx {
	return &types.RetrievePropertiesEx{SpecSet: []types.PropertyFilterSpec{{
		PropSet:   []types.PropertySpec{{Type: ref.Type, PathSet: []string{name}}},
		ObjectSet: []types.ObjectSpec{{Obj: ref}},
	}}}
}

// anonymous contains the properties that clients can read without a session, because they need only System.Anonymous.
var anonymous = map[string][]string{
	"ServiceInstance": {"content"},
	"SessionManager":  {"currentSession", "defaultLocale", "messageLocaleList", "supportedLocaleList"},
}

func isAnonymous(moType, path string) bool {
	name, _, _ := strings.Cut(path, ".")
	return slices.Contains(anonymous[moType], name)
}

// retrieve reads all properties without pages.
func retrieve(ctx *simulator.Context, req *types.RetrievePropertiesEx) *methods.RetrievePropertiesExBody {
	all := *req
	all.Options.MaxObjects = 0
	if ctx.Session == nil {
		return retrieveAnonymous(*ctx, &all)
	}
	result := (&simulator.PropertyCollector{}).RetrievePropertiesEx(ctx, &all).(*methods.RetrievePropertiesExBody)
	if result.Res == nil {
		return result
	}
	objects := result.Res.Returnval.Objects
	manager := managerOf(ctx)
	mayView := manager.users.may(ctx.Session.UserName, "System.View")
	for i := range objects {
		content := &objects[i]
		task, isTask := ctx.Map.Get(content.Obj).(*Task)
		switch {
		case !mayView:
			withhold(content, req.SpecSet, noView(content.Obj), func(string) bool { return true })
		case content.Obj == manager.Self:
			translate(content, ctx.Session.Locale)
		case isTask:
			task.mend(content, req.SpecSet)
		}
	}
	return result
}

// retrieveAnonymous reads without a session. The simulator then withholds everything.
func retrieveAnonymous(ctx simulator.Context, req *types.RetrievePropertiesEx) *methods.RetrievePropertiesExBody {
	ctx.Session = &simulator.Session{Registry: simulator.NewRegistry(), Map: ctx.Map}
	result := (&simulator.PropertyCollector{}).RetrievePropertiesEx(&ctx, req).(*methods.RetrievePropertiesExBody)
	if result.Res == nil {
		return result
	}
	for i := range result.Res.Returnval.Objects {
		content := &result.Res.Returnval.Objects[i]
		withhold(content, req.SpecSet, notAuthenticated(content.Obj), func(path string) bool {
			return !isAnonymous(content.Obj.Type, path)
		})
		if content.Obj.Type == "SessionManager" { // there is no current session
			content.PropSet = slices.DeleteFunc(content.PropSet, func(p types.DynamicProperty) bool {
				return strings.HasPrefix(p.Name, "currentSession")
			})
		}
	}
	return result
}

func managerOf(ctx *simulator.Context) *TaskManager {
	content := ctx.Map.Get(vim25.ServiceInstance).(*simulator.ServiceInstance).Content
	return ctx.Map.Get(*content.TaskManager).(*TaskManager)
}

// mend turns the simulator's data of a task into those of a vCenter.
func (t *Task) mend(content *types.ObjectContent, specs []types.PropertyFilterSpec) {
	if t.forbidden.Load() {
		withhold(content, specs, noView(content.Obj), isInfo)
	}
	if !t.progressed.Load() { // the simulator has 0
		content.PropSet = slices.DeleteFunc(content.PropSet, func(p types.DynamicProperty) bool { return p.Name == "info.progress" })
	}
}

func isInfo(path string) bool {
	return path == "info" || strings.HasPrefix(path, "info.")
}

func noView(ref types.ManagedObjectReference) *types.NoPermission {
	return &types.NoPermission{Object: &ref, PrivilegeId: "System.View"}
}

// withhold removes properties that the user cannot see, and names each requested path to them.
func withhold(
	content *types.ObjectContent, specs []types.PropertyFilterSpec, why types.BaseMethodFault, concerned func(path string) bool,
) {
	var paths []string
	for _, found := range content.PropSet {
		paths = append(paths, found.Name)
	}
	for _, spec := range specs {
		for _, set := range spec.PropSet {
			if isOfType(content.Obj.Type, set.Type) {
				paths = append(paths, set.PathSet...)
			}
		}
	}
	content.PropSet = slices.DeleteFunc(content.PropSet, func(p types.DynamicProperty) bool { return concerned(p.Name) })
	told := map[string]bool{}
	for _, path := range paths {
		if concerned(path) && !told[path] {
			told[path] = true
			content.MissingSet = append(content.MissingSet, types.MissingProperty{
				Path: path, Fault: *localized(why),
			})
		}
	}
}

// isOfType reports whether a managed object type is another one or derives from it.
func isOfType(moType, wanted string) bool {
	declared, ok := managedType(moType)
	if !ok || moType == wanted {
		return moType == wanted
	}
	field, ok := declared.FieldByName(wanted)
	return ok && field.Anonymous
}
