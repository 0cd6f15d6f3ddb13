// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
// SPDX-License-Identifier: GPL-3.0-or-later

// The tasks of the page, as the collection has written them into it.

export type Outcome = "queued" | "running" | "success" | "failed" | "canceled" | "unknown";

export interface Server {
  name: string;
  product: string | null;
  problem: string | null;
}

export interface Task {
  server: string;
  id: string;
  key: string;
  operation: string;
  name: string;
  entity: string;
  entityType: string;
  entityMoid: string;
  host: string;
  outcome: Outcome;
  progress: number | null;
  user: string;
  startedBy: string;
  errorType: string;
  error: string;
  errorMessages: string;
  phase: string;
  activationId: string;
  tag: string;
  parentKey: string;
  /** The task of that key, if it is in the report. */
  parent: Task | null;
  /** Milliseconds, as all times here. Null for a time that the task does not have. */
  queued: number | null;
  started: number | null;
  ended: number | null;
  /** Where its bar begins, where it starts to run, and where it ends, which is now for a task that has not ended. */
  from: number;
  run: number;
  to: number;
  /** Seconds. */
  queuedFor: number | null;
  duration: number | null;
  /** What the search looks through, in lower case. */
  text: string;
}

export interface Report {
  title: string;
  servers: Server[];
  /** By the time at which they begin. */
  tasks: Task[];
}

interface Embedded {
  title: string;
  servers: Server[];
  columns: string[];
  rows: unknown[][];
}

const OUTCOMES: Record<string, Outcome> = { queued: "queued", running: "running", success: "success", error: "failed" };

export function read(text: string): Report {
  const { title, servers, columns, rows } = JSON.parse(text) as Embedded;
  const place = new Map(columns.map((name, index) => [name, index]));
  const tasks = rows.map((row) => task(servers, (name) => row[place.get(name) ?? -1] ?? null));
  tasks.sort((a, b) => a.from - b.from);
  const keyOf = (server: string, key: string): string => `${server}\n${key}`;
  const byKey = new Map(tasks.map((each) => [keyOf(each.server, each.key), each]));
  for (const each of tasks) {
    const parent = each.parentKey ? byKey.get(keyOf(each.server, each.parentKey)) : undefined;
    // No server returns a circle, but one would have no first task.
    if (parent && !isBelow(parent, each)) each.parent = parent;
  }
  return { title, servers, tasks };
}

function isBelow(task: Task, other: Task): boolean {
  for (let each: Task | null = task; each; each = each.parent) if (each === other) return true;
  return false;
}

function task(servers: Server[], get: (name: string) => unknown): Task {
  const text = (name: string): string => String(get(name) ?? "");
  const number = (name: string): number | null => (typeof get(name) === "number" ? (get(name) as number) : null);
  const time = (name: string): number | null => (get(name) === null ? null : Date.parse(text(name)));
  const [queued, started, ended] = [time("queue_time"), time("start_time"), time("complete_time")];
  const [queuedFor, duration] = [number("queued_for"), number("duration")];
  const from = queued ?? started ?? ended ?? 0;
  const now = started === null ? from + (queuedFor ?? 0) * 1000 : started + (duration ?? 0) * 1000;
  const to = Math.max(from, ended ?? now);
  const made = {
    server: servers[get("server") as number]?.name ?? "",
    id: text("id"),
    key: text("key"),
    operation: text("operation"),
    name: text("name"),
    entity: text("entity_name") || text("entity_moid"),
    entityType: text("entity_type"),
    entityMoid: text("entity_moid"),
    host: text("host_name"),
    outcome: text("error_type") === "RequestCanceled" ? "canceled" : (OUTCOMES[text("state")] ?? "unknown"),
    progress: number("progress"),
    user: text("user") || text("started_by"),
    startedBy: text("started_by"),
    errorType: text("error_type"),
    error: text("error"),
    errorMessages: text("error_messages"),
    phase: text("phase"),
    activationId: text("activation_id"),
    tag: text("change_tag"),
    parentKey: text("parent_task_key"),
    parent: null,
    queued,
    started,
    ended,
    from,
    // A task that never ran was queued to its end.
    run: Math.min(Math.max(from, started ?? to), to),
    to,
    queuedFor,
    duration,
  } satisfies Omit<Task, "text">;
  const { id, name, operation, entity, host, user, server, error, errorMessages, activationId, tag } = made;
  const words = [id, name, operation, entity, host, user, server, error, errorMessages, activationId, tag];
  return { ...made, text: words.join("\n").toLowerCase() };
}
