// SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
// SPDX-License-Identifier: GPL-3.0-or-later

// What the charts have in common: only the needed parts of ECharts, the colors of the page, and its size.

import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { DataZoomComponent, GridComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { Outcome } from "./data";
import { el } from "./dom";

echarts.use([BarChart, CanvasRenderer, CustomChart, DataZoomComponent, GridComponent, LineChart, TooltipComponent]);

export { echarts };

export interface Colors {
  text: string;
  muted: string;
  line: string;
  band: string;
  surface: string;
  outcome: Record<Outcome, string>;
}

/** The colors of the style sheet as they are now, light or dark. */
function colors(): Colors {
  const probe = el("span");
  document.body.append(probe);
  const of = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const found = {
    text: of("text"),
    muted: of("muted"),
    line: of("line"),
    band: of("band"),
    surface: of("surface"),
    outcome: {
      queued: of("queued"),
      running: of("running"),
      success: of("success"),
      failed: of("failed"),
      canceled: of("canceled"),
      unknown: of("muted"),
    },
  };
  probe.remove();
  return found;
}

export abstract class Chart {
  protected readonly chart: echarts.ECharts;
  protected colors = colors();

  constructor(protected readonly container: HTMLElement) {
    this.chart = echarts.init(container);
    new ResizeObserver(() => this.redraw()).observe(container);
  }

  /** Draw it anew after its place or its colors have changed. */
  redraw(): void {
    this.colors = colors();
    this.chart.resize();
    this.draw();
  }

  protected abstract draw(): void;

  protected get isNarrow(): boolean {
    return this.container.clientWidth < 600;
  }

  /** The look of all tooltips, which show elements, because ECharts reads a text as HTML. */
  protected get tooltip(): object {
    const { surface, line, text } = this.colors;
    return { confine: true, backgroundColor: surface, borderColor: line, textStyle: { color: text }, transitionDuration: 0 };
  }

  protected get axis(): object {
    const { muted, line } = this.colors;
    const lineStyle = { color: line };
    return { axisLabel: { color: muted, hideOverlap: true }, axisLine: { lineStyle }, splitLine: { lineStyle } };
  }
}

/** Lines of a tooltip. */
export function lines(title: string, ...rest: string[]): HTMLElement {
  return el("div", { class: "tip" }, el("strong", {}, title), ...rest.filter(Boolean).map((text) => el("div", {}, text)));
}
