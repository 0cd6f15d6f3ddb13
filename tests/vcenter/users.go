// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/vmware/govmomi/vim25/types"
)

// user is somebody who may log in.
type user struct {
	password   string
	all        bool // may do everything
	privileges []string
}

// users are those who may log in, by what they log in with.
type users struct {
	mu    sync.Mutex
	known map[string]*user
}

// viewer are the privileges that every role has.
var viewer = []string{"System.Anonymous", "System.View", "System.Read"}

func newUsers(c Config) *users {
	return &users{known: map[string]*user{
		c.User:         {password: c.Password, all: true},
		c.ReadonlyUser: {password: c.Password, privileges: viewer},
	}}
}

// newUser is what a test says of one.
type newUser struct {
	Name       string   `json:"name"`
	Password   string   `json:"password"`
	Privileges []string `json:"privileges"`
}

// add makes a user, or makes another one of him.
func (u *users) add(wanted newUser) error {
	if wanted.Name == "" || wanted.Password == "" {
		return errors.New("a user needs a name and a password")
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.known[wanted.Name] = &user{password: wanted.Password, privileges: wanted.Privileges}
	return nil
}

func (u *users) mayLogin(login *types.Login) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	found := u.known[login.UserName]
	return found != nil && found.password == login.Password
}

// may says whether somebody, by the name that a session has, holds a privilege.
func (u *users) may(principal, privilege string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	for name, found := range u.known {
		if principalOf(name) == principal {
			return found.all || slices.Contains(found.privileges, privilege)
		}
	}
	return true // no user of ours, such as an extension
}

// principalOf is how sessions and tasks call the user of a login: administrator@vsphere.local is
// VSPHERE.LOCAL\Administrator, as single sign-on has him.
func principalOf(login string) string {
	name, domain, ok := strings.Cut(login, "@")
	if !ok {
		return login
	}
	if strings.EqualFold(name, "administrator") {
		name = "Administrator"
	}
	return strings.ToUpper(domain) + `\` + name
}

// localeForm is what a locale looks like.
var localeForm = regexp.MustCompile(`^[a-z]{2,3}([-_][A-Z]{2})?$`)

// admit makes of a login what the server makes of it, or says why it is refused.
func (u *users) admit(login *types.Login) types.BaseMethodFault {
	if !u.mayLogin(login) {
		return &types.InvalidLogin{}
	}
	if login.Locale == "" {
		login.Locale = "en"
	}
	if !localeForm.MatchString(login.Locale) {
		return &types.InvalidLocale{}
	}
	login.UserName = principalOf(login.UserName)
	return nil
}
