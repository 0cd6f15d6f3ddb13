// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"slices"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// checkFilter rejects impossible filters.
func checkFilter(ctx *simulator.Context, filter types.TaskFilterSpec) types.BaseMethodFault {
	if entity := filter.Entity; entity != nil {
		if ctx.Map.Get(entity.Entity) == nil {
			return &types.ManagedObjectNotFound{Obj: entity.Entity}
		}
		if !slices.Contains(entity.Recursion.Values(), entity.Recursion) {
			return &types.InvalidArgument{InvalidProperty: "filter.entity.recursion"}
		}
	}
	if times := filter.Time; times != nil && !slices.Contains(times.TimeType.Values(), times.TimeType) {
		return &types.InvalidArgument{InvalidProperty: "filter.time.timeType"}
	}
	return nil
}

// matches reports whether a task matches every part of the filter.
func matches(registry *simulator.Registry, info *types.TaskInfo, f *types.TaskFilterSpec) bool {
	return among(f.State, info.State) &&
		among(f.EventChainId, info.EventChainId) &&
		among(f.ActivationId, info.ActivationId) &&
		among(f.ParentTaskKey, info.ParentTaskKey) &&
		among(f.RootTaskKey, info.RootTaskKey) &&
		among(f.Tag, info.ChangeTag) &&
		matchesTime(info, f.Time) &&
		matchesUser(info.Reason, f.UserName) &&
		matchesReason(info.Reason, f.Alarm, f.ScheduledTask) &&
		matchesEntity(registry, *info.Entity, f.Entity)
}

// among reports whether a value is in the list. Without a list, any value is.
func among[T comparable](wanted []T, value T) bool {
	return len(wanted) == 0 || slices.Contains(wanted, value)
}

func matchesTime(info *types.TaskInfo, f *types.TaskFilterSpecByTime) bool {
	if f == nil {
		return true
	}
	at := map[types.TaskFilterSpecTimeOption]*time.Time{
		types.TaskFilterSpecTimeOptionQueuedTime:    &info.QueueTime,
		types.TaskFilterSpecTimeOptionStartedTime:   info.StartTime,
		types.TaskFilterSpecTimeOptionCompletedTime: info.CompleteTime,
	}[f.TimeType]
	return at != nil &&
		(f.BeginTime == nil || !at.Before(*f.BeginTime)) &&
		(f.EndTime == nil || !at.After(*f.EndTime))
}

// matchesUser matches the users in the list, or all users without a list. It matches the system only on request.
func matchesUser(reason types.BaseTaskReason, f *types.TaskFilterSpecByUsername) bool {
	if f == nil {
		return true
	}
	if user, ok := reason.(*types.TaskReasonUser); ok {
		return slices.Contains(f.UserList, user.UserName) || len(f.UserList) == 0 && !f.SystemUser
	}
	return f.SystemUser
}

func matchesReason(reason types.BaseTaskReason, alarm, scheduled *types.ManagedObjectReference) bool {
	byAlarm, _ := reason.(*types.TaskReasonAlarm)
	bySchedule, _ := reason.(*types.TaskReasonSchedule)
	return (alarm == nil || byAlarm != nil && byAlarm.Alarm == *alarm) &&
		(scheduled == nil || bySchedule != nil && bySchedule.ScheduledTask == *scheduled)
}

func matchesEntity(registry *simulator.Registry, entity types.ManagedObjectReference, f *types.TaskFilterSpecByEntity) bool {
	if f == nil {
		return true
	}
	self := entity == f.Entity
	switch f.Recursion {
	case types.TaskFilterSpecRecursionOptionSelf:
		return self
	case types.TaskFilterSpecRecursionOptionAll:
		return self || isBelow(registry, entity, f.Entity)
	}
	return isBelow(registry, entity, f.Entity)
}

// isBelow reports whether an entity is below another one in the inventory.
func isBelow(registry *simulator.Registry, ref, above types.ManagedObjectReference) bool {
	for {
		entity, ok := registry.Get(ref).(mo.Entity)
		if !ok || entity.Entity().Parent == nil {
			return false
		}
		ref = *entity.Entity().Parent
		if ref == above {
			return true
		}
	}
}
