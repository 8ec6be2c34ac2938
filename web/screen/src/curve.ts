// The curve of one channel: line with the band between least and greatest, limits, alarms as areas, gaps as gaps.
import { LineChart } from "echarts/charts";
import { DataZoomComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import type { ECBasicOption } from "echarts/types/dist/shared";
import { CanvasRenderer } from "echarts/renderers";
import { type Drawn, RANGES, type Series, drawnOf, extent, firstSpan, refined } from "./curve-data";

use([LineChart, GridComponent, TooltipComponent, DataZoomComponent, MarkLineComponent, MarkAreaComponent, CanvasRenderer]);

// One bucket a pixel and a bit: more is drawn, but not seen.
const PER_PIXEL = 1.2;
const FINER_MS = 250;
const FOLLOW_MS = 60_000;
const LINE = "#1f5fa8";
const SEVERITY: Record<string, string> = { critical: "#b3261e", urgent: "#c77700", routine: "#5a6878" };
const FONT = '"Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", sans-serif';

const two = (n: number) => String(n).padStart(2, "0");
const day = (d: Date) => `${two(d.getMonth() + 1)}-${two(d.getDate())}`;
const clock = (d: Date) => `${two(d.getHours())}:${two(d.getMinutes())}`;
const moment = (ms: number) => {
  const d = new Date(ms);
  return `${d.getFullYear()}-${day(d)} ${clock(d)}:${two(d.getSeconds())}`;
};
const figure = (n: number) => String(Number(n.toPrecision(6)));

export class Curve {
  private readonly chart: EChartsType;
  private readonly plot: HTMLElement;
  private readonly note: HTMLElement;
  private readonly select: HTMLSelectElement;
  private start: number;
  private end: number;
  private range: string;
  private whole: Series | null = null;
  private asked = 0;
  private timer = 0;
  private zoomed = false;

  constructor(private readonly box: HTMLElement) {
    this.plot = box.querySelector(".curve-plot")!;
    this.note = box.querySelector(".curve-note")!;
    this.select = box.querySelector("[data-channel]")!;
    this.chart = init(this.plot, null, { renderer: "canvas" });
    ({ range: this.range, start: this.start, end: this.end } = firstSpan(
      Date.now(),
      box.dataset.focus ? Date.parse(box.dataset.focus) : null,
    ));
    this.select.addEventListener("change", () => void this.load());
    for (const button of box.querySelectorAll<HTMLButtonElement>("[data-range]")) {
      button.addEventListener("click", () => this.choose(button.dataset.range!));
    }
    this.chart.on("datazoom", () => {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.finer(), FINER_MS);
    });
    // From outside (a test, a link to a span): look at a part of what is shown, in percent.
    this.plot.addEventListener("look", (event) => {
      const [start, end] = (event as CustomEvent<[number, number]>).detail;
      this.chart.dispatchAction({ type: "dataZoom", start, end });
    });
    new ResizeObserver(() => this.chart.resize()).observe(this.plot);
    window.setInterval(() => this.refresh(), FOLLOW_MS);
    void this.load();
  }

  /** Draw anew what has come since; a curve that somebody has zoomed into stays as it is. */
  refresh(): void {
    if (!this.range || this.zoomed || document.hidden) return;
    this.end = Date.now();
    this.start = this.end - RANGES[this.range]!;
    void this.load();
  }

  private choose(range: string): void {
    this.range = range;
    this.end = Date.now();
    this.start = this.end - RANGES[range]!;
    void this.load();
  }

  private get points(): number {
    return Math.max(200, Math.min(2000, Math.round(this.plot.clientWidth * PER_PIXEL)));
  }

  private async fetch(start: number, end: number): Promise<Series> {
    const query = new URLSearchParams({
      channel: this.select.value,
      start: String(Math.floor(start)),
      end: String(Math.ceil(end)),
      points: String(this.points),
    });
    const answer = await fetch(`${this.box.dataset.series}?${query}`, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()) as Series;
  }

  private async load(): Promise<void> {
    for (const button of this.box.querySelectorAll<HTMLButtonElement>("[data-range]")) {
      button.setAttribute("aria-pressed", String(button.dataset.range === this.range));
    }
    const mine = ++this.asked;
    try {
      const series = await this.fetch(this.start, this.end);
      if (mine !== this.asked) return;
      const began = performance.now();
      this.whole = series;
      this.zoomed = false;
      this.chart.setOption(this.option(series), { notMerge: true });
      this.chart.getZr().flush();
      this.box.dataset.drawnMs = (performance.now() - began).toFixed(1);
      this.box.dataset.points = String(series.points.length);
      this.say(series);
    } catch {
      if (mine === this.asked) this.note.textContent = "读数没有载入，请稍后再试。";
    }
  }

  /** Ask for the span that is looked at in full, and put it in the place of the coarse one. */
  private async finer(): Promise<void> {
    const zoom = (this.chart.getOption() as { dataZoom: { startValue: number; endValue: number }[] }).dataZoom[0]!;
    const { startValue: start, endValue: end } = zoom;
    const whole = this.whole;
    this.zoomed = end - start < 0.98 * (this.end - this.start);
    if (!whole || !this.zoomed || whole.points.length < this.points / 4) return;
    const mine = ++this.asked;
    const series = await this.fetch(start, end).catch(() => null);
    if (mine !== this.asked || !series) return;
    const gaps = [...whole.gaps, ...series.gaps].sort((a, b) => a[0] - b[0]);
    const drawn = drawnOf({ points: refined(whole.points, series.points, start, end), gaps });
    this.chart.setOption({ series: this.lines(drawn) });
    this.box.dataset.finer = String(series.points.length);
  }

  private say(series: Series): void {
    const missing = series.gaps.reduce((sum, [from, to]) => sum + (to - from), 0);
    const parts = series.points.length ? [] : ["这段时间没有读数"];
    if (series.points.some((p) => p.length > 2)) parts.push("读数较多，曲线为各时段的最小值和最大值，放大可看明细");
    if (missing && series.points.length) parts.push(`断线处无读数，共 ${series.gaps.length} 段`);
    if (series.alarms.length) parts.push(`底色为报警时段，共 ${series.alarms.length} 次`);
    this.note.textContent = parts.join("；");
  }

  private option(series: Series): ECBasicOption {
    const drawn = drawnOf(series);
    const near = extent(drawn.rows, series.thresholds.map((t) => t.value));
    const narrow = this.plot.clientWidth < 520;
    return {
      animation: false,
      textStyle: { fontFamily: FONT },
      grid: { left: 8, right: narrow ? 14 : 76, top: 28, bottom: 58, containLabel: true },
      tooltip: {
        trigger: "axis",
        renderMode: "richText", // the server's policy allows no inline style
        confine: true,
        axisPointer: { type: "line", lineStyle: { color: "#8ba0b6" } },
        formatter: (given: { data: (number | null)[] }[]) => this.tip(given, series.unit),
      },
      xAxis: {
        type: "time", min: this.start, max: this.end,
        axisLabel: { hideOverlap: true, color: "#5a6878", formatter: (ms: number) => this.tick(ms) },
        splitNumber: narrow ? 3 : 8,
      },
      yAxis: {
        type: "value", name: series.unit, min: near?.[0], max: near?.[1], nameTextStyle: { align: "left", color: "#5a6878" },
        axisLabel: { color: "#5a6878", formatter: figure, showMinLabel: false, showMaxLabel: false }, splitLine: { lineStyle: { color: "#e7edf3" } },
      },
      dataZoom: [
        { type: "inside", filterMode: "none", zoomOnMouseWheel: "ctrl", moveOnMouseMove: true },
        { type: "slider", filterMode: "none", height: 22, bottom: 8, showDetail: false, brushSelect: false, borderColor: "#dde5ee" },
      ],
      series: this.lines(drawn, series, narrow),
    };
  }

  private lines(drawn: Drawn, series?: Series, narrow = false): object[] {
    const common = { type: "line", showSymbol: drawn.rows.length < 3, connectNulls: false, sampling: undefined, silent: true };
    const marks = series && {
      markLine: {
        symbol: "none", silent: true,
        data: series.thresholds.map((t) => ({
          yAxis: t.value,
          lineStyle: { color: SEVERITY[t.severity] ?? SEVERITY.routine, type: "dashed", width: 1.2 },
          label: {
            formatter: `${t.label} ${figure(t.value)}`, position: narrow ? "insideEndTop" : "end",
            color: SEVERITY[t.severity] ?? SEVERITY.routine, fontSize: 12,
          },
        })),
      },
      markArea: {
        silent: true,
        data: [
          ...series.alarms.map((a) => [
            { xAxis: Math.max(a.start, this.start), itemStyle: { color: SEVERITY[a.severity] ?? SEVERITY.routine, opacity: 0.13 } },
            { xAxis: Math.min(a.end ?? this.end, this.end) },
          ]),
          ...series.gaps.map(([from, to]) => [
            { xAxis: Math.max(from, this.start), itemStyle: { color: "#8ba0b6", opacity: 0.12 } },
            { xAxis: Math.min(to, this.end) },
          ]),
        ],
      },
    };
    const greatest = {
      ...common, name: "greatest", data: drawn.rows.map(([at, , high]) => [at, high]), lineStyle: { width: 1.4, color: LINE },
      itemStyle: { color: LINE }, ...marks,
    };
    if (!drawn.banded) return [greatest, { ...common, name: "least", data: [] }, { ...common, name: "band", data: [] }];
    // The band is the difference, stacked on the least; both go without symbols and lines of their own.
    const least = {
      ...common, name: "least", stack: "band", stackStrategy: "all", data: drawn.rows.map(([at, low]) => [at, low]),
      lineStyle: { width: 1, color: LINE, opacity: 0.45 }, itemStyle: { color: LINE },
    };
    const band = {
      ...common, name: "band", stack: "band", stackStrategy: "all", lineStyle: { opacity: 0 }, itemStyle: { color: LINE },
      areaStyle: { color: LINE, opacity: 0.22 },
      data: drawn.rows.map(([at, low, high]) => [at, low === null || high === null ? null : high - low]),
    };
    return [greatest, least, band];
  }

  private tip(given: { seriesName?: string; data: (number | null)[] }[], unit: string): string {
    const of = (name: string) => given.find((g) => g.seriesName === name)?.data;
    const high = of("greatest");
    if (!high || high[1] === null || high[1] === undefined) return "";
    const low = of("least")?.[1];
    const value = low === null || low === undefined || low === high[1] ? figure(high[1]) : `${figure(low)} 至 ${figure(high[1])}`;
    return `${moment(high[0]!)}\n${value} ${unit}`;
  }

  private tick(ms: number): string {
    const d = new Date(ms);
    if (this.end - this.start > 3 * RANGES["24h"]!) return day(d);
    return d.getHours() === 0 && d.getMinutes() === 0 ? day(d) : clock(d);
  }
}
