// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection

// Command govc has govc's own commands for tasks in its frame of flags, login, logout, and progress line. It adds
// task.wait, which waits for a given task in the way of govc's other commands and reports the time at which it noticed
// the end.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/vmware/govmomi/cli"
	"github.com/vmware/govmomi/cli/flags"
	_ "github.com/vmware/govmomi/cli/task"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"
)

type wait struct {
	*flags.ClientFlag
	*flags.OutputFlag
}

func init() { cli.Register("task.wait", &wait{}) }

func (cmd *wait) Register(ctx context.Context, f *flag.FlagSet) {
	cmd.ClientFlag, ctx = flags.NewClientFlag(ctx)
	cmd.ClientFlag.Register(ctx, f)
	cmd.OutputFlag, ctx = flags.NewOutputFlag(ctx)
	cmd.OutputFlag.Register(ctx, f)
}

func (cmd *wait) Process(ctx context.Context) error {
	if err := cmd.ClientFlag.Process(ctx); err != nil {
		return err
	}
	return cmd.OutputFlag.Process(ctx)
}

// stats contains the counters of the test vCenter.
func stats() (json.RawMessage, error) {
	response, err := http.Get(os.Getenv("BENCH_CONTROL") + "/stats")
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	return io.ReadAll(response.Body)
}

func (cmd *wait) Run(ctx context.Context, f *flag.FlagSet) error {
	client, err := cmd.Client()
	if err != nil {
		return err
	}
	before, err := stats()
	if err != nil {
		return err
	}
	task := object.NewTask(client, types.ManagedObjectReference{Type: "Task", Value: f.Arg(0)})
	logger := cmd.ProgressLogger("Waiting... ")
	info, err := task.WaitForResult(ctx, logger)
	returned := time.Now()
	logger.Wait()
	if err != nil {
		return err
	}
	after, err := stats()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"returned": float64(returned.UnixMicro()) / 1e6,
		"complete": float64(info.CompleteTime.UnixMicro()) / 1e6,
		"stats":    []json.RawMessage{before, after},
	})
}

func main() { os.Exit(cli.Run(os.Args[1:])) }
