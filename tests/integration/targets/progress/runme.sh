#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# What a person sees while tasks are waited for.
set -eu
export ANSIBLE_ASYNC_DIR=$OUTPUT_DIR/async ANSIBLE_REMOTE_TMP=$OUTPUT_DIR/tmp
output=$OUTPUT_DIR/progress.log

play() { # a play with these variables, its output kept
  ansible-playbook progress.yml --extra-vars "count=1 hidden=false background=0 limit=false rounds=false interval=30 duration=3 $1" >"$output" 2>&1 || { cat "$output"; exit 1; }
}
shows() { grep -qE "$1" "$output" || { cat "$output"; echo "not shown: $1"; exit 1; }; }
hides() { ! grep -E "$1" "$output" || { echo "shown: $1"; exit 1; }; }

play "ansible_connection=local duration=6"
shows '^\[ +[0-9]+ s\] task-[0-9]+ .* on .*: running 2[0-7] %$'
shows ': success'
[ "$(grep -c ': running 2[0-7] %$' "$output")" -gt 1 ] || { cat "$output"; echo "a percentage that changed was not shown"; exit 1; }

play "ansible_connection=elsewhere rounds=true interval=1"
shows '^\[ +[0-9]+ s\] task-[0-9]+ .* on .*: running 30 %$'
shows ': success'
shows ': error$'
hides 'after 0 s'  # of a round

play "ansible_connection=local count=12"
shows ' 0 done, 12 running, 0 failed of 12; slowest: task-'
shows ' 12 done, 0 running, 0 failed of 12$'
hides 's\] task-.* running'

play "ansible_connection=local hidden=true"
hides 's\] task-'

play "ansible_connection=local background=60"
hides 's\] task-'

began=$SECONDS
play "ansible_connection=local limit=true"
[ $((SECONDS - began)) -lt 40 ] || { echo "the time limit of a task has not ended the wait"; exit 1; }
