// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
// SPDX-License-Identifier: GPL-3.0-or-later

// The charts of concurrency and durations.

import { Chart, lines } from "./chart";
import { duration, time } from "./format";
import type { Concurrency, Operation } from "./statistics";

const BARS = 12;

export class ConcurrencyChart extends Chart {
  private data: Concurrency = { times: [], running: [], queued: [] };

  show(data: Concurrency): void {
    this.data = data;
    this.draw();
  }

  protected draw(): void {
    const { times, running, queued } = this.data;
    const { outcome, muted } = this.colors;
    const show = times.length > 0;
    const line = (name: string, values: number[], color: string, width: number): object => ({
      name,
      type: "line",
      step: "middle",
      symbol: "none",
      itemStyle: { color },
      lineStyle: { color, width },
      areaStyle: { color, opacity: 0.25 },
      data: values.map((value, index) => [times[index], value]),
    });
    const tip = ([first]: { dataIndex: number }[]): HTMLElement | string => {
      const index = first?.dataIndex ?? 0;
      return lines(time(times[index] ?? null), `${running[index]} running`, `${queued[index]} queued`);
    };
    this.chart.setOption(
      {
        animation: false,
        grid: { left: 48, right: 16, top: 28, bottom: 28 },
        tooltip: { ...this.tooltip, trigger: "axis", formatter: tip },
        xAxis: { type: "time", show, ...this.axis },
        yAxis: { type: "value", show, minInterval: 1, name: "tasks", nameTextStyle: { color: muted }, ...this.axis },
        series: [line("queued", queued, outcome.queued, 1), line("running", running, outcome.success, 2)],
      },
      { notMerge: true },
    );
  }
}

export class DurationChart extends Chart {
  private data: Operation[] = [];

  /** The operations that take longest. */
  show(data: Operation[]): void {
    this.data = [...data].sort((a, b) => b.p95 - a.p95).slice(0, BARS);
    this.draw();
  }

  protected draw(): void {
    const { outcome, muted, text } = this.colors;
    const bar = (name: string, values: number[], color: string): object => ({
      name,
      type: "bar",
      itemStyle: { color },
      barGap: "10%",
      // The axis is logarithmic, so that seconds and hours fit on it. It has no zero.
      data: values.map((value) => Math.max(0.1, value)),
    });
    const tip = ([first]: { dataIndex: number }[]): HTMLElement | string => {
      const found = this.data[first?.dataIndex ?? 0];
      if (!found) return "";
      const most = `slowest ${duration(found.slowest.duration)}`;
      return lines(found.name, `median ${duration(found.median)}`, `p95 ${duration(found.p95)}`, most);
    };
    const names = { color: text, width: this.isNarrow ? 100 : 220, overflow: "truncate" };
    const seconds = { color: muted, hideOverlap: true, formatter: (value: number): string => duration(value) };
    this.chart.setOption(
      {
        animation: false,
        grid: { left: this.isNarrow ? 110 : 230, right: 24, top: 8, bottom: 28 },
        tooltip: { ...this.tooltip, trigger: "axis", axisPointer: { type: "shadow" }, formatter: tip },
        xAxis: { type: "log", min: 0.1, ...this.axis, axisLabel: seconds },
        yAxis: { type: "category", inverse: true, data: this.data.map((each) => each.name), ...this.axis, axisLabel: names },
        series: [
          bar("median", this.data.map((each) => each.median), outcome.success),
          bar("p95", this.data.map((each) => each.p95), outcome.queued),
        ],
      },
      { notMerge: true },
    );
  }
}
