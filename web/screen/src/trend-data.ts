// From the server's figures to what is drawn. Pure, so that it is tested without a browser.

export interface Trend {
  label: string;
  unit: string;
  /** Months in order: what they are called, the number, and that of the same month of the year before; null: not known. */
  months: { label: string; value: number | null; before: number | null }[];
}

export interface Bars {
  labels: string[];
  now: (number | null)[];
  before: (number | null)[];
  /** Whether there is anything of the year before. */
  compared: boolean;
}

/** Columns of the chart; a month that is not known is a gap, never a bar of nought. */
export function barsOf(trend: Trend): Bars {
  const before = trend.months.map((month) => month.before);
  return {
    labels: trend.months.map((month) => month.label),
    now: trend.months.map((month) => month.value),
    before,
    compared: before.some((value) => value !== null),
  };
}

/** What is said of one column: 2026年3月：12处，上年同期9处. */
export function wordsOf(trend: Trend, index: number): string {
  const month = trend.months[index];
  if (!month) return "";
  const said = (value: number | null) => (value === null ? "无数据" : `${Number(value.toFixed(1))}${trend.unit}`);
  return `${month.label}：${said(month.value)}${month.before === null ? "" : `，上年同期${said(month.before)}`}`;
}
