// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
// SPDX-License-Identifier: GPL-3.0-or-later

// Figures about tasks.

import type { Task } from "./data";

export interface Operation {
  name: string;
  count: number;
  failed: number;
  median: number;
  p95: number;
  slowest: Task;
}

/** The durations of each operation, of the tasks that have run to their end. */
export function operations(tasks: Task[]): Operation[] {
  return [...grouped(tasks, (task) => task.operation)].flatMap(([name, all]) => {
    const ended = all.filter((task) => task.ended !== null && task.duration !== null);
    const sorted = ended.sort((a, b) => (a.duration ?? 0) - (b.duration ?? 0));
    const slowest = sorted.at(-1);
    if (!slowest) return [];
    const values = sorted.map((task) => task.duration ?? 0);
    const failed = all.filter((task) => task.outcome === "failed").length;
    return [{ name, count: all.length, failed, median: quantile(values, 0.5), p95: quantile(values, 0.95), slowest }];
  });
}

/** Of sorted values, between the two nearest ones. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? 0;
  return below + ((sorted[Math.ceil(at)] ?? below) - below) * (at - Math.floor(at));
}

export interface Failure {
  reason: string;
  type: string;
  tasks: Task[];
}

/** The failed tasks by reason. What differs from task to task in a message does not make it another reason. */
export function failures(tasks: Task[]): Failure[] {
  const failed = tasks.filter((task) => task.outcome === "failed");
  const found = [...grouped(failed, (task) => `${task.errorType}\n${common(task.error)}`)].map(([key, all]) => {
    const [type = "", reason = ""] = key.split("\n", 2);
    return { type, reason: reason || "The server gave no reason.", tasks: all };
  });
  return found.sort((a, b) => b.tasks.length - a.tasks.length);
}

/** A digit, or a letter of a script with apostrophes inside of words. Others, such as Japanese, have no spaces either. */
const LETTER = String.raw`[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{M}\p{N}]`;
/** Names in quotation marks, which are at the borders of words. */
const QUOTED = new RegExp(
  [
    String.raw`(?<!${LETTER})(["'\x60])(?:[^"'\x60\n]|(?<=${LETTER})'(?=${LETTER}))+\1(?!${LETTER})`,
    String.raw`\u201c[^\u201d]+\u201d`,
    String.raw`\u2018(?:[^\u2019]|\u2019(?=${LETTER}))+\u2019`,
  ].join("|"),
  "gu",
);

/** A message without names in quotation marks, numbers, and IDs. */
function common(message: string): string {
  return message
    .replace(QUOTED, "…")
    .replace(/\b[\w-]*\d[\w-]*\b/g, "…")
    .replace(/\s+/g, " ");
}

export interface Concurrency {
  /** The middle of each span. */
  times: number[];
  /** The most tasks at the same time in it. */
  running: number[];
  queued: number[];
}

/** How many tasks ran and were queued at the same time, in so many spans of equal length. Without tasks, in no span. */
export function concurrency(tasks: Task[], spans: number): Concurrency {
  const [begin, end] = extent(tasks);
  const step = Math.max(1, (end - begin) / spans);
  const times = Array.from({ length: tasks.length ? spans : 0 }, (_, index) => begin + (index + 0.5) * step);
  const most = (fromOf: (task: Task) => number, toOf: (task: Task) => number): number[] => {
    const during = tasks.filter((task) => fromOf(task) < toOf(task));
    const starts = Float64Array.from(during, fromOf).sort();
    const ends = Float64Array.from(during, toOf).sort();
    let [started, ended] = [0, 0];
    return times.map((middle) => {
      let peak = started - ended;
      for (let start = starts[started]; start !== undefined && start < middle + step / 2; start = starts[started]) {
        // Where one ends and another begins, they are not two at the same time.
        while ((ends[ended] ?? Infinity) <= start) ended++;
        peak = Math.max(peak, ++started - ended);
      }
      while ((ends[ended] ?? Infinity) < middle + step / 2) ended++;
      return peak;
    });
  };
  const [from, run, to] = [(task: Task) => task.from, (task: Task) => task.run, (task: Task) => task.to];
  return { times, running: most(run, to), queued: most(from, run) };
}

export interface Companion {
  task: Task;
  /** Seconds in which it ran during the chosen task. */
  together: number;
}

/** The tasks that ran while this one was queued or ran, the longest time together first. */
export function companions(task: Task, tasks: Task[]): Companion[] {
  return tasks
    .filter((other) => other !== task && other.started !== null && other.run <= task.to && other.to >= task.from)
    .map((other) => ({ task: other, together: (Math.min(other.to, task.to) - Math.max(other.run, task.from)) / 1000 }))
    .sort((a, b) => b.together - a.together);
}

/** The first and the last time of all tasks. */
export function extent(tasks: Task[]): [number, number] {
  let [begin, end] = [Infinity, -Infinity];
  for (const task of tasks) {
    begin = Math.min(begin, task.from);
    end = Math.max(end, task.to);
  }
  return begin <= end ? [begin, end] : [0, 0];
}

export function grouped<T>(all: T[], keyOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  return groups;
}
