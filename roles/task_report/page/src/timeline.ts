// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
// SPDX-License-Identifier: GPL-3.0-or-later

// The timeline: a bar for each task, first queued and then running, in lanes below each other.

import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import { Chart, echarts, lines } from "./chart";
import type { Task } from "./data";
import { duration, time } from "./format";
import { type Lanes, place } from "./lanes";
import { extent } from "./statistics";

const LANE = 22; // pixels that a lane has at least
const MINIMUM = 2; // pixels that a bar has at least
const LABEL = 56; // pixels from which on a bar has a label

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A group of these shapes. ECharts would keep the earlier shapes of a group that has none now. */
function group(children: object[]): object | undefined {
  return children.length ? { type: "group", children } : undefined;
}

export class Timeline extends Chart {
  private tasks: Task[] = [];
  private lanes: Lanes = { lane: [], groups: [], count: 0 };
  private chosen: Task | null = null;
  private companions = new Set<Task>();
  private extent: [number, number] = [0, 0];
  private isNew = false;
  /** In each lane, where the last bar ends that is drawn, in pixels. */
  private drawn: number[] = [];

  constructor(container: HTMLElement, onChoose: (task: Task) => void) {
    super(container);
    this.chart.on("click", { seriesId: "tasks" }, (event) => {
      const task = this.tasks[event.dataIndex];
      if (task) onChoose(task);
    });
  }

  show(tasks: Task[], groupOf: (task: Task) => string): void {
    this.tasks = tasks;
    this.lanes = place(tasks, groupOf);
    this.chosen = null;
    const [from, to] = extent(tasks);
    const margin = Math.max(500, (to - from) * 0.01);
    this.extent = [from - margin, to + margin];
    this.isNew = true;
    this.draw();
    this.isNew = false;
  }

  /** Let a task and those that ran at the same time stand out. */
  choose(task: Task | null, companions: Task[]): void {
    this.chosen = task;
    this.companions = new Set(companions);
    this.draw();
  }

  /** The time that is visible. */
  get range(): [number, number] {
    const [x] = this.zooms;
    return x ? [x.startValue, x.endValue] : this.extent;
  }

  /** Show more (a factor above 1) or less of the time around its middle. */
  zoom(factor: number): void {
    const [from, to] = this.range;
    const [middle, half] = [(from + to) / 2, Math.max(50, ((to - from) / 2) * factor)];
    this.move(0, middle - half, middle + half);
  }

  /** Move by a share of the visible time, and by a share of the visible lanes. */
  pan(timeShare: number, laneShare: number): void {
    const [from, to] = this.range;
    const y = this.zooms[1];
    this.move(0, from + (to - from) * timeShare, to + (to - from) * timeShare);
    if (y) this.moveLanes(y.startValue + (y.endValue - y.startValue) * laneShare);
  }

  /** Show all of the time, and the first lanes. */
  reset(): void {
    const [from, to] = this.extent;
    this.move(0, from, to);
    this.moveLanes(0);
  }

  /** Show the time around a task, and its lane. */
  reveal(task: Task): void {
    const margin = Math.max(1000, task.to - task.from);
    this.move(0, task.from - margin, task.to + margin);
    this.moveLanes((this.lanes.lane[this.tasks.indexOf(task)] ?? 0) - this.visible / 2);
  }

  private get zooms(): { startValue: number; endValue: number }[] {
    const found = this.chart.getOption()?.["dataZoom"];
    return (found ?? []) as { startValue: number; endValue: number }[];
  }

  /** The number of lanes that fit. */
  private get visible(): number {
    return Math.max(1, Math.floor((this.container.clientHeight - 90) / LANE));
  }

  private move(dataZoomIndex: number, startValue: number, endValue: number): void {
    this.chart.dispatchAction({ type: "dataZoom", dataZoomIndex, startValue, endValue });
  }

  private moveLanes(to: number): void {
    const first = Math.max(0, Math.min(to, this.lanes.count - this.visible));
    this.move(1, first, first + this.visible);
  }

  protected draw(): void {
    const [min, max] = this.extent;
    const { visible, lanes, colors } = this;
    const bottom = Math.max(lanes.count, visible);
    const before = this.isNew ? [] : this.zooms;
    const show = lanes.count > 0;
    const slider = { type: "slider", filterMode: "weakFilter", brushSelect: false, showDataShadow: false } as const;
    const handleStyle = { color: colors.surface, borderColor: colors.muted };
    const look = { borderColor: colors.line, fillerColor: colors.band, handleStyle, moveHandleSize: 0, showDetail: false };
    const inside = { type: "inside", filterMode: "weakFilter" } as const;
    this.chart.setOption(
      {
        animation: false,
        grid: { left: this.isNarrow ? 96 : 190, right: 44, top: 28, bottom: 52 },
        tooltip: { ...this.tooltip, formatter: (params: { dataIndex: number }) => this.tip(params.dataIndex) },
        xAxis: { type: "time", position: "top", min, max, show, ...this.axis },
        yAxis: { type: "value", inverse: true, min: 0, max: bottom, show: false },
        dataZoom: [
          { ...slider, ...look, xAxisIndex: 0, bottom: 10, height: 26, minValueSpan: 100, show },
          { ...slider, ...look, yAxisIndex: 0, right: 8, width: 20, zoomLock: true, show: lanes.count > visible },
          { ...inside, xAxisIndex: 0, zoomOnMouseWheel: "ctrl", moveOnMouseMove: true, minValueSpan: 100 },
          { ...inside, yAxisIndex: 0, zoomLock: true, zoomOnMouseWheel: false, moveOnMouseWheel: lanes.count > visible },
        ].map((zoom, index) => ({
          ...zoom,
          startValue: before[index]?.startValue ?? (index % 2 ? 0 : min),
          endValue: before[index]?.endValue ?? (index % 2 ? visible : max),
        })),
        series: [
          {
            id: "groups",
            name: "groups",
            type: "custom",
            silent: true,
            clip: false,
            tooltip: { show: false },
            encode: { x: [0, 1], y: [2, 3] },
            data: [[min, max, 0, bottom]],
            renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => this.bands(params, api),
          },
          {
            id: "tasks",
            name: "tasks",
            type: "custom",
            clip: true,
            encode: { x: [0, 2], y: [3, 4] },
            data: this.tasks.map((task, index) => {
              const lane = lanes.lane[index] ?? 0;
              return [task.from, task.run, task.to, lane, lane + 1];
            }),
            renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => this.bar(params, api),
          },
        ],
      },
      { notMerge: true, lazyUpdate: false },
    );
  }

  /** The background and the name of each visible group. The name of one that begins above stays visible. */
  private bands(params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI): object | undefined {
    const area = params.coordSys as unknown as Area;
    const y = (lane: number): number => api.coord([api.value(0), lane])[1] ?? 0;
    const children: object[] = [];
    this.lanes.groups.forEach((group, index) => {
      const [top, bottom] = [Math.max(y(group.first), area.y), Math.min(y(group.end), area.y + area.height)];
      if (bottom - top < 6) return;
      const shape = { x: 0, y: top, width: area.x + area.width, height: bottom - top };
      if (index % 2 === 0) children.push({ type: "rect", shape, style: { fill: this.colors.band } });
      const style = {
        text: group.name || "(none)",
        x: area.x - 8,
        y: top + Math.min(LANE, bottom - top) / 2,
        width: area.x - 14,
        overflow: "truncate",
        align: "right",
        verticalAlign: "middle",
        fill: this.colors.text,
        fontSize: 12,
      };
      children.push({ type: "text", style });
    });
    return group(children);
  }

  private bar(params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI): object | undefined {
    const task = this.tasks[params.dataIndex];
    if (!task) return undefined;
    const lane = api.value(3);
    const [from, run, to] = [task.from, task.run, task.to].map((each) => api.coord([each, lane])[0] ?? 0) as [number, number, number];
    const [top, bottom] = [api.coord([task.from, lane])[1] ?? 0, api.coord([task.from, api.value(4)])[1] ?? 0];
    const height = Math.max(2, bottom - top - 4);
    const area = params.coordSys as unknown as Area;
    const faded = this.chosen !== null && task !== this.chosen && !this.companions.has(task);
    if (this.isCovered(params.dataIndexInside, Number(lane), from, to, task)) return undefined;
    const { outcome } = this.colors;
    const children: object[] = [];
    const rect = (begin: number, end: number, fill: string): void => {
      const bar = { x: begin, y: top + 2, width: Math.max(MINIMUM, end - begin), height };
      const shape = echarts.graphic.clipRectByRect(bar, area);
      const chosen = task === this.chosen ? { stroke: this.colors.text, lineWidth: 2 } : {};
      if (shape) children.push({ type: "rect", shape, style: { fill, opacity: faded ? 0.2 : 1, ...chosen } });
    };
    const isQueued = task.outcome === "queued";
    if (isQueued || run - from > 0.5) rect(from, run, outcome.queued);
    if (!isQueued) rect(run, to, outcome[task.outcome]);
    const [begin, end] = [Math.max(run, area.x), Math.min(to, area.x + area.width)];
    if (end - begin > LABEL && height > 11 && !faded && !isQueued) {
      const text = `${task.outcome === "failed" ? "✕ " : ""}${task.operation}`;
      const fill = this.colors.surface;
      const place = { x: begin + 4, y: top + 2 + height / 2, verticalAlign: "middle", width: end - begin - 8 };
      children.push({ type: "text", style: { text, fill, fontSize: 11, overflow: "truncate", ...place }, silent: true });
    }
    return group(children);
  }

  /** Whether a bar would lie within the last pixels of its lane that are drawn. Failed tasks are always visible. */
  private isCovered(inside: number, lane: number, from: number, to: number, task: Task): boolean {
    if (inside === 0) this.drawn = [];
    const end = Math.max(to, from + MINIMUM);
    const covered = end <= (this.drawn[lane] ?? -1) + 0.5 && task.outcome !== "failed" && task !== this.chosen;
    this.drawn[lane] = Math.max(this.drawn[lane] ?? -1, end);
    return covered;
  }

  private tip(index: number): HTMLElement | string {
    const task = this.tasks[index];
    if (!task) return "";
    const queued = task.queuedFor ? `queued for ${duration(task.queuedFor)}, ` : "";
    const ran = task.started === null ? "never ran" : `ran for ${duration(task.duration)}`;
    const what = `${task.outcome}, ${queued}${ran}`;
    return lines(`${task.operation} on ${task.entity || "no entity"}`, what, time(task.from), task.user, task.error);
  }
}
