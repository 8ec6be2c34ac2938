// Who works on this phone, and what they took along. The session itself is the server's cookie; here only its traces.
import { call, clockOffset } from "./http";
import { state } from "./state";
import { closeStore, openStore, retire, store } from "./store";
import type { Bundle } from "./types";

const WHO = "anlan.pocket.who";
const KEPT = "anlan.pocket.kept";
const CLOCK = "anlan.pocket.clock";
/** Set by the desk's pages when somebody logs out there (static/anlan/shell.js). */
export const LEFT = "anlan.left";
const BUNDLE = "/api/v1/inspection/pocket";
const MOST_PICTURES = 120;

interface Who {
  account: string;
  name: string;
}

function read<T>(key: string, otherwise: T): T {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "") as T;
  } catch (error) {
    if (error instanceof SyntaxError) return otherwise;
    throw error;
  }
}

/** Open what the last person left on this phone; no network. */
export async function resume(): Promise<void> {
  clockOffset.set(read<number>(CLOCK, 0));
  state.kept = read<typeof state.kept>(KEPT, []);
  const who = read<Who | null>(WHO, null);
  if (who && localStorage.getItem(LEFT)) await leave();
  else if (who) await enter(who);
  localStorage.removeItem(LEFT);
  state.ready = true;
}

async function enter(who: Who): Promise<void> {
  openStore(who.account);
  const held = await store().bundle.get("bundle");
  state.account = who.account;
  state.name = who.name;
  state.bundle = held?.value.bundle ?? null;
  state.bundleAt = held?.value.at ?? "";
  localStorage.setItem(WHO, JSON.stringify(who));
  keep(state.kept.filter((k) => k.account !== who.account));
  await reload();
}

function keep(kept: typeof state.kept): void {
  state.kept = kept;
  localStorage.setItem(KEPT, JSON.stringify(kept));
}

/** Read entries and sheets again, after a change. */
export async function reload(): Promise<void> {
  const db = store();
  [state.entries, state.sheets] = await Promise.all([db.entries.orderBy("seq").toArray(), db.sheets.toArray()]);
}

/** Take leave of the person on this phone: what came from the server is deleted, unsent work stays bound to them. */
export async function leave(): Promise<void> {
  const who = read<Who | null>(WHO, null);
  localStorage.removeItem(WHO);
  Object.assign(state, { bundle: null, bundleAt: "", entries: [], sheets: [] });
  // Deleted first, said afterwards: the login page must not invite the next person while this one's data still lies here.
  const count = who ? await retire(who.account) : 0;
  closeStore();
  Object.assign(state, { account: "", name: "" });
  if (who && count) keep([...state.kept.filter((k) => k.account !== who.account), { ...who, count }]);
}

/** Log out here and at the server. Throws when the server can't be reached: then nothing is deleted. */
export async function logout(): Promise<void> {
  await call("POST", "/logout");
  await leave();
  state.net = "login";
}

/**
 * Fetch what the phone takes along; the answer tells whose session it is. Another person's login takes leave of the one
 * before. `true` when the session is that of the person whose work lies here.
 */
export function sync(): Promise<boolean> {
  // Asked for from several places at once; two at a time would open and close each other's store.
  syncing ??= ask().finally(() => (syncing = null));
  return syncing;
}

let syncing: Promise<boolean> | null = null;

async function ask(): Promise<boolean> {
  const held = state.account ? await store().bundle.get("bundle") : undefined;
  let answer;
  try {
    answer = await call("GET", BUNDLE, { headers: held ? { "If-None-Match": held.value.etag } : {} });
  } catch (error) {
    if (!(error instanceof TypeError) && !(error instanceof DOMException)) throw error;
    state.net = navigator.onLine ? "unreachable" : "offline";
    return false;
  }
  localStorage.setItem(CLOCK, JSON.stringify(clockOffset.get()));
  if (answer.status === 401) {
    state.net = "login";
    return false;
  }
  if (answer.status === 304 && held) {
    state.net = "online";
    await store().bundle.put({ id: "bundle", value: { ...held.value, at: new Date().toISOString() } });
    state.bundleAt = new Date().toISOString();
    return true;
  }
  if (answer.status !== 200) {
    state.net = "unreachable";
    return false;
  }
  await take(answer.body as unknown as Bundle, answer.headers.get("ETag") ?? "");
  return true;
}

async function take(bundle: Bundle, etag: string): Promise<void> {
  if (bundle.account !== state.account) {
    if (state.account) await leave();
    await enter({ account: bundle.account, name: bundle.person.name });
  }
  const at = new Date().toISOString();
  await store().bundle.put({ id: "bundle", value: { etag, at, bundle } });
  state.bundle = bundle;
  state.bundleAt = at;
  state.net = "online";
  await adopt(bundle);
  void fetchPictures(bundle);
}

/** Put the inspections that the server knows beside those begun here; what was typed here is never overwritten. */
async function adopt(bundle: Bundle): Promise<void> {
  const db = store();
  const open = new Set(bundle.inspections.map((i) => i.id));
  const sheets = await db.sheets.toArray();
  const known = new Set(sheets.map((sheet) => sheet.inspection));
  for (const found of bundle.inspections) {
    if (known.has(found.id) || (await startedHere(found.id))) continue;
    const answers = found.items.filter((i) => i.result).map(({ key, result, note, place, grade, major_basis, major_criteria, general_reason, photos }) =>
      [key, { key, result, note, place, grade, major_basis, major_criteria, general_reason, photos }] as const);
    await db.sheets.put({
      id: found.id, startEntry: "", inspection: found.id, enterpriseId: found.enterprise_id, enterprise: found.enterprise,
      checklist: "", items: found.items.map(({ key, category, text, basis, major }) => ({ key, category, text, basis, major })),
      answers: Object.fromEntries(answers), conclusion: "", signature: "", startedAt: found.started_at, queued: false,
    });
  }
  for (const sheet of sheets) {
    // Finished elsewhere, or finished from here and sent: the sheet is no longer anybody's work on this phone.
    const waits = await db.entries.where("subject").equals(`inspection/${sheet.id}`).filter((e) => e.state !== "sent").count();
    if (sheet.inspection && !open.has(sheet.inspection) && !waits) await db.sheets.delete(sheet.id);
  }
  await reload();
}

async function startedHere(inspection: string): Promise<boolean> {
  return (await store().entries.filter((e) => e.kind === "start" && e.answer?.id === inspection).count()) > 0;
}

/** The photos of hazards to review, small, so that they can be compared where there is no signal. */
async function fetchPictures(bundle: Bundle): Promise<void> {
  const db = store();
  const wanted = [...new Set(bundle.reviews.flatMap((r) => r.photos.map(([, sha]) => sha)))].slice(0, MOST_PICTURES);
  const held = new Set(await db.pictures.toCollection().primaryKeys());
  await db.pictures.bulkDelete([...held].filter((sha) => !wanted.includes(sha)));
  for (const sha of wanted.filter((s) => !held.has(s))) {
    try {
      const answer = await fetch(`/attachments/${sha}?w=640`, { credentials: "same-origin" });
      if (answer.ok && db.isOpen()) await db.pictures.put({ id: sha, value: await answer.blob() });
    } catch (error) {
      if (error instanceof TypeError) return; // the signal is gone; the rest comes with the next synchronisation
      throw error;
    }
  }
}
