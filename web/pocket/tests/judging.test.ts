import { describe, expect, it } from "vitest";
import { criteriaFor, judged, settled, unreasoned } from "../src/judging";
import type { Bundle, Criterion } from "../src/types";

const criterion = (id: string): Criterion => ({ id, citation: `《标准》${id}`, text: id, verified: true });
const bundle: Pick<Bundle, "enterprises" | "criteria" | "criteria_sets"> = {
  enterprises: [["mill", "木工厂", "", null, null, 2], ["shop", "小店", "", null, null, 0], ["plant", "化工厂", "", null, null, 1]],
  criteria: [criterion("a"), criterion("b"), criterion("c")],
  criteria_sets: [[], ["c"], ["b", "a"]],
};
const mill = criteriaFor(bundle, "mill");

describe("criteria taken along", () => {
  it("are those of the enterprise's own set, in the standard's order", () => {
    expect(mill.map((c) => c.id)).toEqual(["a", "b"]);
    expect(criteriaFor(bundle, "plant").map((c) => c.id)).toEqual(["c"]);
  });
  it("are none for an unlisted sort, an unknown enterprise, or data taken along before criteria travelled", () => {
    const { enterprises } = bundle;
    expect([criteriaFor(bundle, "shop"), criteriaFor(bundle, "?"), criteriaFor({ enterprises }, "mill"), criteriaFor(null, "mill")]).toEqual([[], [], [], []]);
  });
});

describe("a judgement", () => {
  it("sends what was ticked of the enterprise's criteria, and drops ticks made for another enterprise", () => {
    expect(judged(true, ["c", "b"], " 说明 ", mill)).toEqual({ grade: "major", major_criteria: ["b"], major_basis: "" });
  });
  it("sends words only where no criteria are offered", () => {
    expect(judged(true, ["a"], " 大量杂物 ", [])).toEqual({ grade: "major", major_criteria: [], major_basis: "大量杂物" });
  });
  it("sends no ticks with a hazard that is not major", () => {
    expect(judged(false, ["a"], "x", mill)).toEqual({ grade: "general", major_criteria: [], major_basis: "" });
  });
  it("needs a tick where criteria are offered, and words where none are", () => {
    expect(settled(judged(true, [], "我看是重大", mill), mill)).toBe(false);
    expect(settled(judged(true, ["a"], "", mill), mill)).toBe(true);
    expect(settled(judged(true, [], " ", []), [])).toBe(false);
    expect(settled(judged(true, [], "大量杂物堵塞", []), [])).toBe(true);
    expect(settled(judged(false, [], "", mill), mill)).toBe(true);
  });
});

describe("what fails an item that is a criterion of major hazards", () => {
  it("is filed as a general hazard only with a reason of five characters", () => {
    const tried = [["第三条", "general", " 临时 "], ["第三条", "general", "当日已停用"], ["第三条", "major", ""], ["", "general", ""]] as const;
    expect(tried.map(([clause, grade, reason]) => unreasoned(clause, grade, reason))).toEqual([true, false, false, false]);
  });
});
