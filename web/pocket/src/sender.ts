// Empties the outbox: one sender at a time for the whole phone, photos before their step, each request with its own key.
import { call, type Answer } from "./http";
import { refusalOf, resolved, sendable, spentPhotos, verdict, waitMs } from "./outbox";
import { leave, LEFT, reload, sync } from "./session";
import { state } from "./state";
import { store } from "./store";
import type { Entry, Refusal } from "./types";
import { words } from "./words";

type Outcome = "sent" | "refused" | "stop";

let failures = 0;
let timer: number | undefined;

/** Send what waits, if the session is that of the person whose work it is. Safe to call at any time and in any tab. */
export async function send(): Promise<void> {
  if (!state.account || !state.entries.some((e) => e.state === "waiting")) return;
  window.clearTimeout(timer);
  await navigator.locks.request(`anlan-pocket-${state.account}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    if (state.net !== "online" && !(await sync())) return again(0);
    await drain();
  });
}

async function drain(): Promise<void> {
  const account = state.account;
  let sent = 0;
  try {
    for (;;) {
      await reload();
      const next = sendable(state.entries)[0];
      if (!next || state.account !== account) break;
      state.sending = next.id;
      const outcome = await attempt(next);
      if (outcome === "stop") return;
      failures = 0;
      sent += 1;
    }
  } finally {
    state.sending = "";
    await reload();
  }
  if (sent) {
    await tidy();
    await sync();
  }
}

function again(retryAfterS: number): void {
  failures += 1;
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void send(), waitMs(failures, retryAfterS));
}

async function attempt(entry: Entry): Promise<Outcome> {
  const db = store();
  await db.entries.update(entry.id, { tries: entry.tries + 1 });
  for (const sha of entry.photos) {
    const photo = await db.photos.get(sha);
    if (!photo) return refuse(entry, { status: 0, code: "", message: words.outbox.photoGone, reasons: [] });
    if (photo.uploaded) continue;
    const form = new FormData();
    form.append("file", photo.blob, photo.name);
    const answer = await tried(() => call("POST", "/api/v1/attachments", { headers: keyed(`photo-${sha}`), body: form }));
    const outcome = answer ? await judge(answer) : "stop";
    if (outcome === "stop") return "stop";
    if (outcome === "refused") {
      const said = refusalOf(answer!.status, answer!.body, words.outbox.failed);
      return refuse(entry, { ...said, message: words.outbox.photoRefused + said.message });
    }
    await db.photos.update(sha, { uploaded: 1 });
  }
  const answers = new Map(state.entries.filter((e) => e.answer).map((e) => [e.id, e.answer!]));
  const request = resolved(entry, answers);
  // Written down before it leaves: should the phone die now, nobody may throw away what may have arrived.
  await db.entries.update(entry.id, { unsure: true });
  const headers = { ...keyed(entry.id), "Content-Type": "application/json" };
  const answer = await tried(() => call("POST", request.path, { headers, body: request.body }));
  const outcome = answer ? await judge(answer) : "stop";
  if (outcome === "stop") {
    // Our server said that nothing was written; a gateway's 5xx says nothing about that.
    if (answer && answer.status >= 400 && answer.status < 500) await db.entries.update(entry.id, { unsure: false });
    return "stop";
  }
  if (outcome === "refused") return refuse(entry, refusalOf(answer!.status, answer!.body, words.outbox.failed));
  await db.entries.update(entry.id, { state: "sent", unsure: false, answer: answer!.body, sentAt: new Date().toISOString(), refusal: undefined });
  const sheet = entry.subject.slice("inspection/".length);
  if (entry.kind === "start") await db.sheets.update(sheet, { inspection: String(answer!.body.id) });
  if (entry.kind === "finish") await db.sheets.delete(sheet);
  return "sent";
}

/** The account goes along so that work never leaves under the session of somebody who logged in meanwhile. */
function keyed(key: string): Record<string, string> {
  return { "Idempotency-Key": key, "Anlan-Account": state.account };
}

async function tried(run: () => Promise<Answer>): Promise<Answer | null> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof TypeError) && !(error instanceof DOMException)) throw error;
    state.net = navigator.onLine ? "unreachable" : "offline";
    again(0);
    return null;
  }
}

async function judge(answer: Answer): Promise<Outcome> {
  const found = verdict(answer.status, answer.code);
  if (found === "sent" || found === "refused") return found;
  if (found === "login" || found === "other") state.net = found;
  else if (found === "token") {
    await sync(); // brings a new token; the entry is sent again with the next round
    again(0);
  } else {
    state.net = "unreachable";
    again(Number(answer.headers.get("Retry-After")) || 0);
  }
  return "stop";
}

async function refuse(entry: Entry, refusal: Refusal): Promise<Outcome> {
  await store().entries.update(entry.id, { state: "refused", unsure: false, refusal });
  return "refused";
}

/** Delete photos that no waiting work needs, and entries that were sent more than a week ago. */
async function tidy(): Promise<void> {
  const db = store();
  const weekAgo = new Date(Date.now() - 7 * 86_400_000).toISOString();
  await db.entries.filter((e) => e.state === "sent" && (e.sentAt ?? "") < weekAgo).delete();
  await reload();
  const forms = await db.forms.toArray();
  const drafted = [
    ...state.sheets.flatMap((s) => [...Object.values(s.answers).flatMap((a) => a.photos), s.signature]),
    ...forms.flatMap((f) => (f.value.photos as string[] | undefined) ?? []),
  ];
  const held = await db.photos.toCollection().primaryKeys();
  await db.photos.bulkDelete(spentPhotos(held, state.entries, drafted));
}

/** Send whenever there is reason to hope: signal back, page shown again, every minute while something waits. */
export function watchNetwork(): void {
  const tryNow = async (): Promise<void> => {
    failures = 0;
    if (await sync()) await send();
  };
  window.addEventListener("online", () => void tryNow());
  window.addEventListener("offline", () => {
    state.net = "offline";
  });
  window.addEventListener("storage", (event) => {
    if (event.key !== LEFT || !event.newValue) return;
    localStorage.removeItem(LEFT);
    void leave();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void tryNow();
  });
  window.setInterval(() => void send(), 60_000);
  void tryNow();
}
