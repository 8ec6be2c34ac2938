// From the server's answer to what is drawn. Pure, so that it is tested without a browser.

export interface Series {
  channel: string;
  unit: string;
  /** [at, value] or [at, least, greatest], epoch ms, in order. */
  points: number[][];
  gaps: [number, number][];
  thresholds: { label: string; value: number; severity: string }[];
  alarms: { id: string; start: number; end: number | null; severity: string }[];
}

export interface Drawn {
  /** [at, least, greatest]; a point with nulls breaks the line. */
  rows: [number, number | null, number | null][];
  /** Whether least and greatest differ anywhere. */
  banded: boolean;
}

/** The points with a break wherever a gap lies between two of them. */
export function drawnOf(series: Pick<Series, "points" | "gaps">): Drawn {
  const rows: Drawn["rows"] = [];
  let banded = false;
  let gap = 0;
  let before = -Infinity;
  for (const point of series.points) {
    const at = point[0]!;
    const least = point[1]!;
    const greatest = point[2] ?? least;
    while (gap < series.gaps.length && series.gaps[gap]![1] <= before) gap += 1;
    const [from, to] = series.gaps[gap] ?? [Infinity, Infinity];
    // A gap runs from one reading to the next; a bucket stands at its first reading, so it may begin before the gap does.
    if (rows.length && from < at && to <= at && to > before) rows.push([Math.max(before, Math.min(from, at)), null, null]);
    rows.push([at, least, greatest]);
    banded ||= greatest !== least;
    before = at;
  }
  return { rows, banded };
}

/** Coarse points with those of a finer span put in their place. */
export function refined(coarse: number[][], fine: number[][], start: number, end: number): number[][] {
  return [...coarse.filter((p) => p[0]! < start), ...fine, ...coarse.filter((p) => p[0]! >= end)];
}

const HOUR = 3_600_000;
export const RANGES: Record<string, number> = { "1h": HOUR, "24h": 24 * HOUR, "7d": 168 * HOUR, "30d": 720 * HOUR };

/** The span first shown: of an alarm what surrounds it, else the last day. `range`: the button it answers to, "" for none. */
export function firstSpan(now: number, focus: number | null): { range: string; start: number; end: number } {
  if (focus === null || (now - focus > 0.75 * HOUR && now - focus < 20 * HOUR)) return { range: "24h", start: now - 24 * HOUR, end: now };
  if (now - focus <= 0.75 * HOUR) return { range: "1h", start: now - HOUR, end: now };
  return { range: "", start: focus - 12 * HOUR, end: Math.min(now, focus + 12 * HOUR) };
}

/** The value axis: what is measured and every limit that lies near it. */
export function extent(rows: Drawn["rows"], thresholds: number[]): [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (const [, least, greatest] of rows) {
    if (least !== null && least < low) low = least;
    if (greatest !== null && greatest > high) high = greatest;
  }
  if (low > high) return thresholds.length ? [Math.min(0, ...thresholds), Math.max(...thresholds)] : null;
  const span = high - low || Math.abs(high) || 1;
  for (const value of thresholds) {
    if (value > high && value - high < 4 * span) high = value;
    if (value < low && low - value < 4 * span) low = value;
  }
  const room = (high - low || span) * 0.08;
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}
