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

// user is an account that can log in.
type user struct {
	password   string
	all        bool // has all privileges
	privileges []string
}

// users contains the accounts by their login names.
type users struct {
	mu    sync.Mutex
	known map[string]*user
}

// viewer contains the privileges of every role.
var viewer = []string{"System.Anonymous", "System.View", "System.Read"}

func newUsers(c Config) *users {
	return &users{known: map[string]*user{
		c.User:         {password: c.Password, all: true},
		c.ReadonlyUser: {password: c.Password, privileges: viewer},
	}}
}

// newUser describes an account for a test.
type newUser struct {
	Name       string   `json:"name"`
	Password   string   `json:"password"`
	Privileges []string `json:"privileges"`
}

// add creates or replaces an account.
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

// may reports whether the user, by the name in a session, has a privilege.
func (u *users) may(principal, privilege string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	for name, found := range u.known {
		if principalOf(name) == principal {
			return found.all || slices.Contains(found.privileges, privilege)
		}
	}
	return true // another kind of user, such as an extension
}

// principalOf returns the name of a user in sessions and tasks: administrator@vsphere.local becomes
// VSPHERE.LOCAL\Administrator, the form of single sign-on.
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

// localeForm is the form of a locale.
var localeForm = regexp.MustCompile(`^[a-z]{2,3}([-_][A-Z]{2})?$`)

// admit checks a login, and returns its user or the reason to reject it.
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
