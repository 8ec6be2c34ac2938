import { describe, expect, it } from "vitest";
import { drawnOf, extent, firstSpan, refined } from "../src/curve-data";

const HOUR = 3_600_000;

describe("gaps", () => {
  it("break the line between the readings they lie between", () => {
    const drawn = drawnOf({ points: [[0, 1], [60, 2], [600, 3], [660, 4]], gaps: [[60, 600]] });
    expect(drawn).toEqual({ rows: [[0, 1, 1], [60, 2, 2], [60, null, null], [600, 3, 3], [660, 4, 4]], banded: false });
  });
  it("break it also where a bucket begins before the gap", () => {
    const drawn = drawnOf({ points: [[0, 1, 5], [900, 2, 3]], gaps: [[300, 900]] });
    expect(drawn).toEqual({ rows: [[0, 1, 5], [300, null, null], [900, 2, 3]], banded: true });
  });
  it("at the ends of the span break nothing", () => {
    const drawn = drawnOf({ points: [[100, 1], [160, 2]], gaps: [[0, 100], [160, 900]] });
    expect(drawn.rows).toEqual([[100, 1, 1], [160, 2, 2]]);
  });
  it("each break once, however many there are", () => {
    const drawn = drawnOf({ points: [[0, 1], [100, 1], [200, 1]], gaps: [[0, 100], [100, 200]] });
    expect(drawn.rows.filter((row) => row[1] === null).map((row) => row[0])).toEqual([0, 100]);
  });
});

describe("finer spans", () => {
  it("take the place of the coarse points within them", () => {
    expect(refined([[0, 1, 2], [10, 1, 2], [20, 1, 2]], [[11, 7], [12, 8]], 10, 20)).toEqual([[0, 1, 2], [11, 7], [12, 8], [20, 1, 2]]);
  });
});

describe("the first span", () => {
  const now = 1000 * HOUR;
  it("is the last day", () => expect(firstSpan(now, null)).toEqual({ range: "24h", start: 976 * HOUR, end: now }));
  it("is the last hour of a fresh alarm", () => expect(firstSpan(now, now - 60_000)).toEqual({ range: "1h", start: 999 * HOUR, end: now }));
  it("surrounds an old alarm", () => expect(firstSpan(now, 900 * HOUR)).toEqual({ range: "", start: 888 * HOUR, end: 912 * HOUR }));
});

describe("the value axis", () => {
  it("takes in a limit that lies near and leaves out one far away", () => {
    expect(extent([[0, 10, 20]], [30, 500])).toEqual([8.4, 31.6]);
  });
  it("shows the limits where nothing is measured", () => expect(extent([], [30])).toEqual([0, 30]));
});
