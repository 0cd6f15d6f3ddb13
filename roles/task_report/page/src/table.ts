// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
// SPDX-License-Identifier: GPL-3.0-or-later

// A table whose columns sort, shown page by page: plain HTML, which screen readers, phones, and printers understand.

import { el } from "./dom";
import { count } from "./format";

type Value = string | number | null;

export interface Column<T> {
  title: string;
  value: (row: T) => Value;
  /** What the cell shows, if that is not the value. */
  show?: (row: T) => Node | string;
  /** The first click sorts from the largest. */
  largestFirst?: boolean;
  /** Too short or too regular to be broken into lines. */
  fixed?: boolean;
}

const order = new Intl.Collator(undefined, { numeric: true }).compare;

function compare(a: Value, b: Value): number {
  // Unset values come last in both directions, so this is only for two that are set.
  return typeof a === "number" && typeof b === "number" ? a - b : order(String(a), String(b));
}

function text<T>(column: Column<T>, row: T): Node | string {
  return column.show?.(row) ?? String(column.value(row) ?? "");
}

export class Table<T> {
  private rows: T[] = [];
  private sorted: T[] = [];
  /** A row of the page that is visible. */
  private at = 0;
  private readonly body = el("tbody");
  private readonly heads: HTMLTableCellElement[];
  private readonly status = el("span");
  private readonly back: HTMLButtonElement;
  private readonly forth: HTMLButtonElement;
  readonly element: HTMLElement;

  constructor(
    caption: string,
    private readonly columns: Column<T>[],
    private by: { column: number; down: boolean },
    private readonly noun: string,
    private size = 25,
  ) {
    this.heads = columns.map((column, index) =>
      el("th", { scope: "col" }, el("button", { type: "button", click: () => this.sortBy(index) }, column.title)),
    );
    this.back = el("button", { type: "button", click: () => this.turn(-1) }, "Previous");
    this.forth = el("button", { type: "button", click: () => this.turn(1) }, "Next");
    const table = el("table", {}, el("caption", {}, caption), el("thead", {}, el("tr", {}, ...this.heads)), this.body);
    // It scrolls on a small screen, also by keyboard.
    const scroller = el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": caption }, table);
    this.element = el("div", {}, scroller, el("p", { class: "pages" }, this.back, this.forth, this.status));
  }

  show(rows: T[]): void {
    this.rows = rows;
    this.at = 0;
    this.sort();
  }

  /** Show so many rows on a page, including those that were visible. */
  resize(size: number): void {
    this.size = size;
    this.draw();
  }

  private sortBy(column: number): void {
    const same = this.by.column === column;
    this.by = { column, down: same ? !this.by.down : (this.columns[column]?.largestFirst ?? false) };
    this.at = 0;
    this.sort();
  }

  private sort(): void {
    const { column, down } = this.by;
    const value = this.columns[column]?.value ?? ((): null => null);
    const sign = down ? -1 : 1;
    const keyed = this.rows.map((row) => ({ row, key: value(row) }));
    const isSet = (each: { key: Value }): boolean => each.key !== null && each.key !== "";
    const set = keyed.filter(isSet).sort((a, b) => sign * compare(a.key, b.key));
    this.sorted = [...set, ...keyed.filter((each) => !isSet(each))].map((each) => each.row);
    this.heads.forEach((head, index) => {
      if (index === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    this.draw();
  }

  private turn(by: number): void {
    this.at += by * this.size;
    this.draw();
  }

  private draw(): void {
    const first = this.at - (this.at % this.size);
    const rows = this.sorted.slice(first, first + this.size);
    this.body.replaceChildren(
      ...rows.map((row) =>
        el("tr", {}, ...this.columns.map((column) => el("td", { class: column.fixed ? "fixed" : "" }, text(column, row)))),
      ),
    );
    this.back.disabled = first === 0;
    this.forth.disabled = first + this.size >= this.sorted.length;
    const total = count(this.sorted.length, this.noun);
    const shown = `${first + 1} to ${first + rows.length} of ${total}`;
    this.back.hidden = this.forth.hidden = this.sorted.length <= this.size;
    this.status.textContent = this.sorted.length > this.size ? shown : total;
  }
}
