// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
// SPDX-License-Identifier: GPL-3.0-or-later

// Everything about a chosen task, and what ran at the same time.

import type { Task } from "./data";
import { byId, el } from "./dom";
import { count, duration, time } from "./format";
import type { Companion } from "./statistics";
import { Table } from "./table";

export class Details {
  private readonly companions: Table<Companion>;

  constructor(choose: (task: Task) => void) {
    this.companions = new Table<Companion>(
      "Tasks that ran at the same time",
      [
        { title: "Operation", value: ({ task }) => task.operation, show: ({ task }) => taskButton(task, choose) },
        { title: "Entity", value: ({ task }) => task.entity },
        { title: "User", value: ({ task }) => task.user },
        { title: "vCenter", value: ({ task }) => task.server },
        { title: "Outcome", value: ({ task }) => task.outcome, show: ({ task }) => badge(task) },
        { title: "Started", value: ({ task }) => task.run, show: ({ task }) => time(task.run), fixed: true },
        { title: "At the same time", value: (row) => row.together, show: (row) => duration(row.together), fixed: true, largestFirst: true },
      ],
      { column: 6, down: true },
      "task",
      10,
    );
    byId("companions").append(this.companions.element);
  }

  show(task: Task, companions: Companion[]): void {
    byId("chosen").textContent = `${task.operation} on ${task.entity || "no entity"}`;
    const entity = [task.entity, task.entityType && `(${task.entityType} ${task.entityMoid})`].filter(Boolean).join(" ");
    const facts: [string, string | Node][] = [
      ["Outcome", badge(task)],
      ["Reason", [task.errorType, task.error, task.errorMessages].filter(Boolean).join(": ")],
      ["ID", task.id],
      ["API name", task.name],
      ["Entity", entity],
      ["Host", task.host],
      ["vCenter", task.server],
      ["User", task.user],
      ["Started by", task.startedBy],
      ["Queued", `${time(task.queued)}${task.queuedFor ? `, for ${duration(task.queuedFor)}` : ""}`],
      ["Started", time(task.started)],
      ["Ended", time(task.ended)],
      ["Duration", duration(task.duration)],
      ["Progress", task.progress === null ? "" : `${task.progress} %`],
      ["Phase", task.phase],
      ["Parent task", task.parentKey],
      ["Activation ID", task.activationId],
      ["Tag", task.tag],
    ];
    const shown = facts.filter(([, value]) => value !== "");
    byId("facts").replaceChildren(...shown.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
    byId("together").textContent = `${count(companions.length, "task")} ran at the same time.`;
    this.companions.show(companions);
    byId("details").hidden = false;
    byId("chosen").focus();
  }

  hide(): void {
    byId("details").hidden = true;
  }
}

export function badge(task: Task): Node {
  return el("span", { class: `badge ${task.outcome}` }, task.outcome);
}

/** The operation of a task, which chooses it. */
export function taskButton(task: Task, choose: (task: Task) => void, text = task.operation): Node {
  return el("button", { type: "button", class: "link", click: () => choose(task) }, text || "(none)");
}
