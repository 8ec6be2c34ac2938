import { describe, expect, it } from "vitest";
import { barsOf, wordsOf } from "../src/trend-data";

const trend = {
  label: "发现隐患数",
  unit: "处",
  months: [
    { label: "2026年1月", value: 3, before: 2 },
    { label: "2026年2月", value: null, before: null },
  ],
};

describe("trend", () => {
  it("keeps what is not known as a gap", () => {
    expect(barsOf(trend)).toEqual({ labels: ["2026年1月", "2026年2月"], now: [3, null], before: [2, null], compared: true });
  });

  it("compares with nothing where nothing of the year before is known", () => {
    expect(barsOf({ ...trend, months: trend.months.slice(1) }).compared).toBe(false);
  });

  it("says a month in words", () => {
    expect(wordsOf(trend, 0)).toBe("2026年1月：3处，上年同期2处");
    expect(wordsOf(trend, 1)).toBe("2026年2月：无数据");
    expect(wordsOf(trend, 7)).toBe("");
  });

  it("writes rates with one decimal", () => {
    expect(wordsOf({ label: "整改率", unit: "%", months: [{ label: "1月", value: 84.1667, before: 100 }] }, 0)).toBe("1月：84.2%，上年同期100%");
  });
});
