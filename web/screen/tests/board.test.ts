import { describe, expect, it } from "vitest";
import { elapsed } from "../src/elapsed";
import { tally, worst } from "../src/layers/catalogue";
import { waitMs } from "../src/live";

const STATES = [
  { id: "critical", label: "紧急报警", tone: "bad" },
  { id: "silent", label: "离线", tone: "plain" },
  { id: "online", label: "在线", tone: "good" },
];
const mark = (state: string) => ({
  type: "Feature" as const, id: state, geometry: { type: "Point" as const, coordinates: [121, 28] as [number, number] },
  properties: { title: "", state, url: "", lines: [], region: "" },
});

describe("elapsed time", () => {
  it.each([[-5, "0秒"], [42_000, "42秒"], [725_000, "12分05秒"], [11_220_000, "3小时07分"], [187_200_000, "2天4小时"]])("%i ms is %s", (ms, said) =>
    expect(elapsed(ms)).toBe(said),
  );
});

describe("layers", () => {
  it("a cluster is as bad as its worst member", () => expect(worst(STATES, ["online", "silent", "online"])?.id).toBe("silent"));
  it("the key counts in the layer's order", () =>
    expect(tally(STATES, [mark("online"), mark("critical"), mark("online")]).map(([s, n]) => [s.id, n])).toEqual([["critical", 1], ["online", 2]]));
});

describe("reconnecting", () => {
  it("waits longer each time, half a minute at most", () => expect([0, 1, 4, 5, 50].map(waitMs)).toEqual([1000, 2000, 16000, 30000, 30000]));
});
