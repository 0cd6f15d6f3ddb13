// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
// SPDX-License-Identifier: GPL-3.0-or-later

// The filter of the whole report.

import type { Outcome, Report, Task } from "./data";
import { byId, el } from "./dom";
import { count, time } from "./format";
import { grouped } from "./statistics";

const FACETS = ["server", "operation", "user"] as const;

export class Selection {
  private range: [number, number] | null = null;
  private reason: { title: string; tasks: Set<Task> } | null = null;

  constructor(
    private readonly report: Report,
    private readonly onChange: () => void,
  ) {
    for (const facet of FACETS) this.fill(facet);
    byId("search").addEventListener("input", onChange);
    byId("filters").addEventListener("change", (event) => {
      // The search has reported its text with each key. Its change comes when the reader presses a button elsewhere, and
      // new rows would take this button away before the click.
      if (event.target !== byId("search")) onChange();
    });
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    byId("clear").addEventListener("click", () => this.clear());
    for (const [outcome, tasks] of grouped(report.tasks, (task) => task.outcome)) {
      const box = el("input", { type: "checkbox", name: "outcome", value: outcome, checked: true });
      byId("outcomes").append(el("label", {}, box, `${outcome} (${tasks.length.toLocaleString("en-US")})`));
    }
  }

  tasks(): Task[] {
    const boxes = document.querySelectorAll<HTMLInputElement>("#outcomes input:checked");
    const outcomes = new Set([...boxes].map((box) => box.value as Outcome));
    const words = byId<HTMLInputElement>("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const facets = FACETS.map((facet) => [facet, byId<HTMLSelectElement>(facet).value] as const).filter(([, value]) => value);
    const { range, reason } = this;
    return this.report.tasks.filter(
      (task) =>
        outcomes.has(task.outcome) &&
        facets.every(([facet, value]) => task[facet] === value.slice(1)) &&
        (!range || (task.from <= range[1] && task.to >= range[0])) &&
        (!reason || reason.tasks.has(task)) &&
        words.every((word) => task.text.includes(word)),
    );
  }

  /** Only tasks of that time. */
  limit(range: [number, number]): void {
    this.range = range;
    this.say();
    this.onChange();
  }

  /** Only these failed tasks. */
  failed(title: string, tasks: Task[]): void {
    this.reason = { title, tasks: new Set(tasks) };
    this.say();
    this.onChange();
  }

  private clear(): void {
    byId<HTMLFormElement>("filters").reset();
    this.range = this.reason = null;
    this.say();
    this.onChange();
  }

  private say(): void {
    const parts = [];
    if (this.range) parts.push(`from ${time(this.range[0])} to ${time(this.range[1])}`);
    if (this.reason) parts.push(`failed: ${this.reason.title}`);
    byId("limits").textContent = parts.length ? `Only tasks ${parts.join(", ")}` : "";
  }

  private fill(facet: (typeof FACETS)[number]): void {
    const found = [...grouped(this.report.tasks, (task) => task[facet])].sort((a, b) => b[1].length - a[1].length);
    // A mark before the value tells "all" from a value that is empty.
    const options = found.map(([name, tasks]) => el("option", { value: `=${name}` }, `${name || "(none)"} (${tasks.length})`));
    byId(facet).append(el("option", { value: "" }, "all"), ...options);
    byId(facet).closest("label")?.toggleAttribute("hidden", facet === "server" && this.report.servers.length < 2);
  }
}

export function describe(shown: Task[], report: Report): string {
  const all = count(report.tasks.length, "task");
  return shown.length === report.tasks.length ? all : `${shown.length.toLocaleString("en-US")} of ${all}`;
}
