// The rules of the outbox: what goes next, how long to wait, what an answer means. Pure: no network, no database, no clock.
import type { Entry, Ref, Refusal } from "./types";

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;

/** The entries that may be sent now, oldest first: of each subject the first that is not sent, unless it was refused. */
export function sendable(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>();
  const ready: Entry[] = [];
  for (const entry of inOrder(entries)) {
    if (entry.state === "sent" || seen.has(entry.subject)) continue;
    seen.add(entry.subject);
    if (entry.state === "waiting") ready.push(entry);
  }
  return ready;
}

/** The earlier entry of the same subject that `entry` waits for, if there is one. */
export function blockedBy(entry: Entry, entries: readonly Entry[]): Entry | undefined {
  return inOrder(entries).find(
    (other) => other.subject === entry.subject && other.state !== "sent" && (other.seq ?? 0) < (entry.seq ?? 0),
  );
}

/** `entry` and all behind it of its subject: they make no sense without it. */
export function withFollowers(entry: Entry, entries: readonly Entry[]): Entry[] {
  return inOrder(entries).filter(
    (other) => other.subject === entry.subject && other.state !== "sent" && (other.seq ?? 0) >= (entry.seq ?? 0),
  );
}

/** Whether the person may still change or discard it: never while it may have arrived. */
export function mayDiscard(entry: Entry, entries: readonly Entry[]): boolean {
  return entry.state !== "sent" && withFollowers(entry, entries).every((e) => !e.unsure);
}

function inOrder(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
}

/** Milliseconds before the next attempt after `failures` in a row: doubled each time, five minutes at most. */
export function waitMs(failures: number, retryAfterS = 0): number {
  const own = failures < 1 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10));
  return Math.max(own, Math.min(LONGEST_WAIT_MS, retryAfterS * 1000));
}

export type Verdict = "sent" | "later" | "login" | "other" | "token" | "refused";

/** What an answer means for the entry. `later`: nothing was written, the same request may be repeated. */
export function verdict(status: number, code: string): Verdict {
  if (status >= 200 && status < 300) return "sent";
  if (status === 401) return "login";
  if (code === "api.other_account") return "other";
  if (status === 403 && code === "api.csrf") return "token";
  if (status === 408 || status === 425 || status === 429 || status >= 500 || status < 400) return "later";
  return "refused";
}

/** The server's sentence and its single reasons. */
export function refusalOf(status: number, body: unknown, fallback: string): Refusal {
  const said = (body ?? {}) as { code?: string; message?: string; violations?: { message?: string }[] };
  const reasons = (said.violations ?? []).map((v) => v.message ?? "").filter(Boolean);
  return { status, code: said.code ?? "", message: said.message || fallback, reasons: [...new Set(reasons)] };
}

function isRef(value: unknown): value is Ref {
  return typeof value === "object" && value !== null && "$of" in value;
}

/**
 * The address and body with every reference filled from the answers kept so far. The same answers give the same request,
 * so a repeated attempt is byte for byte the first one, as the idempotency key demands.
 * Throws RangeError when an answer is missing (its entry is not sent).
 */
export function resolved(entry: Entry, answers: ReadonlyMap<string, Record<string, unknown>>): { path: string; body: string } {
  const value = (ref: Ref): unknown => {
    const found = answers.get(ref.$of)?.[ref.field];
    if (found === undefined) throw new RangeError(`no ${ref.field} of ${ref.$of}`);
    return found;
  };
  const path = entry.path.map((part) => (isRef(part) ? String(value(part)) : part)).join("");
  const body = Object.fromEntries(Object.entries(entry.body).map(([name, v]) => [name, isRef(v) ? value(v) : v]));
  return { path, body: JSON.stringify(body) };
}

/** The hashes that no unsent entry needs any more. */
export function spentPhotos(held: readonly string[], entries: readonly Entry[], alsoKept: readonly string[]): string[] {
  const needed = new Set([...alsoKept, ...entries.filter((e) => e.state !== "sent").flatMap((e) => e.photos)]);
  return held.filter((sha) => !needed.has(sha));
}
