// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

package main

import (
	"fmt"

	"github.com/vmware/govmomi/simulator"
)

// newModel creates the simulator's inventory, with the configured size and version.
func newModel(c Config) (*simulator.Model, error) {
	model := simulator.VPX()
	if c.ESX {
		model = simulator.ESX()
	} else {
		model.Datacenter, model.Host, model.Cluster = c.Datacenters, c.Hosts, c.Clusters

		about := &model.ServiceContent.About
		about.Version, about.ApiVersion = c.version()
		about.FullName = fmt.Sprintf("%s %s build-%s", about.Name, about.Version, about.Build)
	}
	model.Machine = c.VMs

	return model, model.Create()
}
