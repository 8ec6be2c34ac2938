// 指标: a figure month by month beside the year before. The numbers stand in the page's table as well.
import { BarChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { type Trend, barsOf, wordsOf } from "./trend-data";

use([BarChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

const FONT = '"Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", sans-serif';

function draw(box: HTMLElement): void {
  const source = document.getElementById(box.dataset.trend ?? "");
  if (!source?.textContent) return;
  const trend = JSON.parse(source.textContent) as Trend;
  const bars = barsOf(trend);
  const chart = init(box, null, { renderer: "canvas" });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: FONT },
    grid: { left: 8, right: 8, top: bars.compared ? 36 : 16, bottom: 8, containLabel: true },
    legend: bars.compared ? { top: 0, right: 0, data: ["本期", "上年同期"] } : undefined,
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "shadow" },
      formatter: (params: unknown) => wordsOf(trend, (params as { dataIndex: number }[])[0]?.dataIndex ?? -1),
    },
    xAxis: { type: "category", data: bars.labels, axisTick: { show: false } },
    yAxis: { type: "value", minInterval: trend.unit === "%" ? undefined : 1 },
    series: [
      { name: "本期", type: "bar", data: bars.now, itemStyle: { color: "#1f5fa8" }, barMaxWidth: 28 },
      ...(bars.compared
        ? [{ name: "上年同期", type: "bar", data: bars.before, itemStyle: { color: "#a9c8e6" }, barMaxWidth: 28 }]
        : []),
    ],
  });
  new ResizeObserver(() => chart.resize()).observe(box);
  box.dataset.drawn = String(bars.labels.length);
}

for (const box of document.querySelectorAll<HTMLElement>("[data-trend]")) draw(box);
