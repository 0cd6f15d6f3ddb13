// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// refuse returns the reason to reject a call, in the cases in which the simulator would.
func (s *Server) refuse(ctx *simulator.Context, ref types.ManagedObjectReference, method string, body any) types.BaseMethodFault {
	if login, ok := body.(*types.Login); ok {
		return s.users.admit(login)
	}
	if ctx.Session == nil {
		return nil // rejected by the dispatch, or a method without privileges
	}
	if privilege := s.privilegeFor(ctx, ref, method); privilege != "" && !s.users.may(ctx.Session.UserName, privilege) {
		object := ref
		if create, ok := body.(*types.CreateTask); ok {
			object = create.Obj
		}
		return &types.NoPermission{Object: &object, PrivilegeId: privilege}
	}
	switch body := body.(type) {
	case *types.RetrievePropertiesEx:
		return checkPaths(body.SpecSet...)
	case *types.RetrieveProperties:
		return checkPaths(body.SpecSet...)
	case *types.CreateFilter:
		return checkPaths(body.Spec)
	case *types.SetField:
		if _, ok := ctx.Map.Get(body.Entity).(mo.Entity); !ok {
			return &types.InvalidArgument{InvalidProperty: "entity"}
		}
	}
	return nil
}
