// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
// SPDX-License-Identifier: GPL-3.0-or-later

// The report: reads the tasks, and keeps everything on the page in step with the filter.

import { ConcurrencyChart, DurationChart } from "./charts";
import { type Server, type Task, read } from "./data";
import { Details, badge, taskButton } from "./details";
import { byId, el } from "./dom";
import { count, duration, percent, time, zone } from "./format";
import { Selection, describe } from "./selection";
import {
  type Failure,
  type Operation,
  companions,
  concurrency,
  extent,
  failures,
  grouped,
  operations,
  quantile,
} from "./statistics";
import { Table } from "./table";
import { Timeline } from "./timeline";

const SPANS = 300;
const ROWS = 25;
const PRINTED = 1000;
const GROUPS: Record<string, (task: Task) => string> = {
  entity: (task) => task.entity,
  user: (task) => task.user,
  operation: (task) => task.operation,
  host: (task) => task.host || "(host not known)",
  vCenter: (task) => task.server,
};

const report = read(byId("data").textContent ?? "");
const selection = new Selection(report, update);
const details = new Details(choose);
const timeline = new Timeline(byId("timeline"), choose);
const concurrencyChart = new ConcurrencyChart(byId("concurrency"));
const durationChart = new DurationChart(byId("durations"));
let shown: Task[] = [];
let opener = byId("timeline");
let chosen: { task: Task; companions: Task[] } | null = null;
let pieces: (() => void)[] = [];
let timer = 0;

const tasksTable = new Table<Task>(
  "Tasks",
  [
    { title: "Operation", value: (task) => task.operation, show: (task) => taskButton(task, choose) },
    { title: "Entity", value: (task) => task.entity },
    { title: "User", value: (task) => task.user },
    ...(report.servers.length > 1 ? [{ title: "vCenter", value: (task: Task) => task.server }] : []),
    { title: "Outcome", value: (task) => task.outcome, show: badge },
    { title: "Created", value: (task) => task.from, show: (task) => time(task.from), fixed: true, largestFirst: true },
    { title: "Queued for", value: (task) => task.queuedFor, show: (task) => duration(task.queuedFor), fixed: true, largestFirst: true },
    { title: "Duration", value: (task) => task.duration, show: (task) => duration(task.duration), fixed: true, largestFirst: true },
    { title: "Reason", value: (task) => task.error },
  ],
  { column: report.servers.length > 1 ? 5 : 4, down: true },
  "task",
  ROWS,
);
const operationsTable = new Table<Operation>(
  "Durations by operation",
  [
    { title: "Operation", value: (row) => row.name },
    { title: "Tasks", value: (row) => row.count, largestFirst: true },
    { title: "Failed", value: (row) => row.failed, largestFirst: true },
    { title: "Median", value: (row) => row.median, show: (row) => duration(row.median), fixed: true, largestFirst: true },
    { title: "p95", value: (row) => row.p95, show: (row) => duration(row.p95), largestFirst: true },
    {
      title: "Slowest",
      value: (row) => row.slowest.duration,
      show: (row) => taskButton(row.slowest, choose, `${duration(row.slowest.duration)} on ${row.slowest.entity || "no entity"}`),
      largestFirst: true,
    },
  ],
  { column: 4, down: true },
  "operation",
  15,
);
const failuresTable = new Table<Failure>(
  "Failures by reason",
  [
    { title: "Reason", value: (row) => row.reason },
    { title: "Fault", value: (row) => row.type },
    { title: "Tasks", value: (row) => row.tasks.length, show: failedButton, largestFirst: true },
    { title: "Operations", value: (row) => names(row.tasks, (task) => task.operation) },
    { title: "Entities", value: (row) => names(row.tasks, (task) => task.entity) },
    { title: "Last", value: lastOf, show: (row) => time(lastOf(row)), fixed: true, largestFirst: true },
  ],
  { column: 2, down: true },
  "reason",
  15,
);
interface Span {
  time: number;
  running: number;
  queued: number;
}
const spansTable = new Table<Span>(
  "Tasks at the same time",
  [
    { title: "Time", value: (row) => row.time, show: (row) => time(row.time), fixed: true },
    { title: "Running", value: (row) => row.running, largestFirst: true },
    { title: "Queued", value: (row) => row.queued, largestFirst: true },
  ],
  { column: 0, down: false },
  "span",
  15,
);

function failedButton(row: Failure): Node {
  const limit = (): void => selection.failed(row.reason, row.tasks);
  return el("button", { type: "button", class: "link", click: limit }, count(row.tasks.length, "task"));
}

function lastOf(row: Failure): number {
  return Math.max(...row.tasks.map((task) => task.to));
}

/** The most frequent values, and how many others there are. */
function names(tasks: Task[], nameOf: (task: Task) => string): string {
  const found = [...grouped(tasks, nameOf)].sort((a, b) => b[1].length - a[1].length).map(([name]) => name);
  return found.slice(0, 3).join(", ") + (found.length > 3 ? `, and ${count(found.length - 3, "other")}` : "");
}

/** Show the tasks that fit the filter: first what the reader sees then, and the rest piece by piece. */
function update(): void {
  shown = selection.tasks();
  close();
  byId("count").textContent = describe(shown, report);
  summarize();
  tasksTable.show(shown);
  group();
  pieces = [showFailures, showDurations, showConcurrency];
  document.body.ariaBusy = "true";
  clearTimeout(timer);
  timer = setTimeout(proceed);
}

function proceed(): void {
  pieces.shift()?.();
  document.body.ariaBusy = String(pieces.length > 0);
  if (pieces.length) timer = setTimeout(proceed);
}

function showFailures(): void {
  const table = byId("failures-table");
  const wasFocused = table.querySelector("tbody button:focus") !== null;
  failuresTable.show(failures(shown));
  // The button that limits the page to a reason has replaced its own row.
  if (wasFocused) table.querySelector<HTMLElement>("tbody button")?.focus();
}

function showDurations(): void {
  const found = operations(shown);
  durationChart.show(found);
  operationsTable.show(found);
}

function showConcurrency(): void {
  const found = concurrency(shown, SPANS);
  const { times, running, queued } = found;
  const [ran, waited] = [Math.max(0, ...running), Math.max(0, ...queued)];
  concurrencyChart.show(found);
  byId("peak").textContent = `At most ${count(ran, "task")} ran at the same time. At most ${count(waited, "task")} waited.`;
  spansTable.show(times.map((time, index) => ({ time, running: running[index] ?? 0, queued: queued[index] ?? 0 })));
}

function group(): void {
  timeline.show(shown, GROUPS[byId<HTMLSelectElement>("group").value] ?? (() => ""));
  if (chosen) timeline.choose(chosen.task, chosen.companions);
}

function close(): void {
  chosen = null;
  details.hide();
}

function choose(task: Task): void {
  const active = document.activeElement;
  if (active instanceof HTMLElement && !byId("details").contains(active)) opener = active;
  // What ran at the same time does not depend on the filter.
  const found = companions(task, report.tasks);
  chosen = { task, companions: found.map((each) => each.task) };
  timeline.choose(task, chosen.companions);
  details.show(task, found);
  byId("reveal").hidden = !shown.includes(task);
  byId("reveal").onclick = (): void => timeline.reveal(task);
}

function summarize(): void {
  const counts = new Map<string, number>();
  for (const { outcome } of shown) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const number = (outcome: string): number => counts.get(outcome) ?? 0;
  const ran = Float64Array.from(
    shown.filter((task) => task.duration !== null),
    (task) => task.duration ?? 0,
  ).sort();
  const failed = number("failed");
  const tiles: [string, string, string][] = [
    [shown.length.toLocaleString("en-US"), "tasks", ""],
    [number("running").toLocaleString("en-US"), "running", "running"],
    [number("queued").toLocaleString("en-US"), "queued", "queued"],
    [failed.toLocaleString("en-US"), `failed (${percent(failed, shown.length)})`, "failed"],
    [ran.length ? duration(quantile(ran, 0.5)) : "–", "median duration", ""],
    [ran.length ? duration(quantile(ran, 0.95)) : "–", "p95 duration", ""],
  ];
  byId("tiles").replaceChildren(
    ...tiles.map(([value, name, kind]) => el("li", { class: kind }, el("strong", {}, value), ` ${name}`)),
  );
}

function head(): void {
  document.title = report.title;
  byId("title").textContent = report.title;
  const [begin, end] = extent(report.tasks);
  const servers = report.servers.map((server) => [server.name, server.product].filter(Boolean).join(", ")).join("; ");
  const span = report.tasks.length ? `${time(begin)} to ${time(end)} (${zone})` : "No tasks";
  byId("origin").textContent = `${servers}. ${span}`;
  const broken = report.servers.filter((server): server is Server & { problem: string } => server.problem !== null);
  byId("problems").hidden = broken.length === 0;
  byId("problems").append(...broken.map(({ name, problem }) => el("p", {}, `The tasks of ${name} are missing: ${problem}`)));
}

/** What the buttons and keys of the timeline do. */
const MOVES: Record<string, () => void> = {
  "zoom-in": () => timeline.zoom(0.5),
  "zoom-out": () => timeline.zoom(2),
  left: () => timeline.pan(-0.25, 0),
  right: () => timeline.pan(0.25, 0),
  up: () => timeline.pan(0, -0.5),
  down: () => timeline.pan(0, 0.5),
  reset: () => timeline.reset(),
  limit: () => {
    // Without tasks, the timeline has no times.
    if (shown.length) selection.limit(timeline.range);
  },
};
const KEYS: Record<string, string> = {
  "+": "zoom-in",
  "-": "zoom-out",
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "reset",
};

function listen(): void {
  for (const [id, move] of Object.entries(MOVES)) byId(id).addEventListener("click", move);
  byId("timeline").addEventListener("keydown", (event) => {
    const move = MOVES[KEYS[event.key] ?? ""];
    if (!move || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    move();
  });
  byId("group").addEventListener("change", group);
  byId("close").addEventListener("click", () => {
    close();
    timeline.choose(null, []);
    // The keyboard goes on where the reader chose the task, if a table has not replaced that button since then.
    (opener.isConnected ? opener : byId("timeline")).focus();
  });
  const redraw = (): void => [timeline, concurrencyChart, durationChart].forEach((chart) => chart.redraw());
  const paint = (theme: string): void => {
    document.documentElement.dataset["theme"] = theme;
    redraw();
  };
  const theme = byId<HTMLSelectElement>("theme");
  theme.addEventListener("change", () => paint(theme.value));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  const print = (isPrinted: boolean): void => {
    tasksTable.resize(isPrinted ? PRINTED : ROWS);
    // Printed pages are light. The charts are pictures, and some browsers copy them before they use the style of paper.
    paint(isPrinted ? "light" : theme.value);
  };
  matchMedia("print").addEventListener("change", (event) => print(event.matches));
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
}

head();
byId("operations-table").append(operationsTable.element);
byId("failures-table").append(failuresTable.element);
byId("spans-table").append(spansTable.element);
byId("tasks-table").append(tasksTable.element);
listen();
update();
performance.mark("ready");
