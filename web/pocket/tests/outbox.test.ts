import { describe, expect, it } from "vitest";
import { blockedBy, mayDiscard, refusalOf, resolved, sendable, spentPhotos, verdict, waitMs, withFollowers } from "../src/outbox";
import type { Entry } from "../src/types";

function entry(seq: number, subject: string, values: Partial<Entry> = {}): Entry {
  return {
    id: `e${seq}`, seq, subject, kind: "hazard", title: "", detail: "", path: ["/x"], body: {}, photos: [], state: "waiting",
    unsure: false, tries: 0, queuedAt: "2026-03-02T02:00:00Z", form: {}, ...values,
  };
}

describe("order", () => {
  it("sends the first of each subject, oldest first, whatever order they are read in", () => {
    const entries = [entry(3, "b"), entry(2, "a"), entry(1, "a"), entry(4, "c")];
    expect(sendable(entries).map((e) => e.id)).toEqual(["e1", "e3", "e4"]);
  });
  it("lets a refused entry hold back its own subject and no other", () => {
    const entries = [entry(1, "a", { state: "refused" }), entry(2, "a"), entry(3, "b")];
    expect(sendable(entries).map((e) => e.id)).toEqual(["e3"]);
    expect(blockedBy(entries[1]!, entries)?.id).toBe("e1");
    expect(blockedBy(entries[2]!, entries)).toBeUndefined();
  });
  it("goes on behind what was sent", () => {
    expect(sendable([entry(1, "a", { state: "sent" }), entry(2, "a")]).map((e) => e.id)).toEqual(["e2"]);
  });
});

describe("discarding", () => {
  it("takes along what depends on the entry", () => {
    const entries = [entry(1, "a", { state: "sent" }), entry(2, "a"), entry(3, "a"), entry(4, "b")];
    expect(withFollowers(entries[1]!, entries).map((e) => e.id)).toEqual(["e2", "e3"]);
  });
  it("is refused while the entry or a follower may have arrived", () => {
    const entries = [entry(1, "a"), entry(2, "a", { unsure: true }), entry(3, "b")];
    expect([mayDiscard(entries[0]!, entries), mayDiscard(entries[1]!, entries), mayDiscard(entries[2]!, entries)]).toEqual([false, false, true]);
    expect(mayDiscard(entry(4, "c", { state: "sent" }), [])).toBe(false);
  });
});

describe("waiting", () => {
  it("doubles up to five minutes and obeys the server", () => {
    expect([0, 1, 2, 3, 8, 50].map((n) => waitMs(n))).toEqual([0, 2000, 4000, 8000, 256000, 300000]);
    expect(waitMs(1, 30)).toBe(30000);
    expect(waitMs(1, 100000)).toBe(300000);
  });
});

describe("answers", () => {
  it.each([
    [201, "", "sent"], [204, "", "sent"], [401, "api.unauthenticated", "login"], [409, "api.other_account", "other"],
    [403, "api.csrf", "token"], [403, "platform.not_allowed", "refused"], [409, "inspection.stale", "refused"], [422, "api.invalid", "refused"],
    [503, "api.unavailable", "later"], [429, "", "later"], [500, "api.internal", "later"], [0, "", "later"], [302, "", "later"],
  ])("%i %s is %s", (status, code, meaning) => {
    expect(verdict(status, code)).toBe(meaning);
  });
  it("keeps the server's sentence and each reason once", () => {
    const body = { code: "c", message: "不能销号", violations: [{ message: "缺照片" }, { message: "缺照片" }, {}] };
    expect(refusalOf(409, body, "?")).toEqual({ status: 409, code: "c", message: "不能销号", reasons: ["缺照片"] });
    expect(refusalOf(413, null, "未说明").message).toBe("未说明");
  });
});

describe("references", () => {
  const late = entry(2, "a", { path: ["/i/", { $of: "e1", field: "id" }, "/finish"], body: { base: { $of: "e1", field: "version" }, list: ["x"] } });
  it("are filled from the answers, the same way each time", () => {
    const answers = new Map([["e1", { id: "42", version: 3 }]]);
    const request = resolved(late, answers);
    expect(request).toEqual({ path: "/i/42/finish", body: '{"base":3,"list":["x"]}' });
    expect(resolved(late, answers)).toEqual(request);
  });
  it("are never guessed", () => {
    expect(() => resolved(late, new Map())).toThrow(RangeError);
  });
});

it("keeps the photos of unsent work and of forms", () => {
  const entries = [entry(1, "a", { photos: ["p1"] }), entry(2, "b", { photos: ["p2"], state: "sent" })];
  expect(spentPhotos(["p1", "p2", "p3"], entries, ["p3"])).toEqual(["p2"]);
});
