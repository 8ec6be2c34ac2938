// What people do becomes entries of the outbox, written in one go with the form they came from. Nothing is sent here.
import { serverNow } from "./http";
import { inChina } from "./measure";
import { criteriaFor, judged } from "./judging";
import { mayDiscard, withFollowers } from "./outbox";
import { reload } from "./session";
import { send } from "./sender";
import { state } from "./state";
import { store } from "./store";
import type { Answer, Entry, Review, Sheet, Task } from "./types";
import { words } from "./words";

type Draft = Pick<Entry, "kind" | "subject" | "title" | "detail" | "path" | "body" | "photos" | "form"> & { id?: string };

export function newId(): string {
  return crypto.randomUUID();
}

async function enqueue(drafts: Draft[], instead?: string): Promise<Entry[]> {
  const db = store();
  const made: Entry[] = [];
  await db.transaction("rw", db.entries, db.meta, async () => {
    if (instead) await remove(instead);
    for (const draft of drafts) {
      const entry: Entry = {
        ...draft, id: draft.id ?? newId(), seq: await db.nextSeq(), state: "waiting", unsure: false, tries: 0,
        queuedAt: new Date().toISOString(),
      };
      // A plain copy: the store can't hold the page's reactive objects.
      await db.entries.add(JSON.parse(JSON.stringify(entry)) as Entry);
      made.push(entry);
    }
  });
  await reload();
  void navigator.storage?.persist?.();
  void send();
  return made;
}

async function remove(id: string): Promise<number> {
  const db = store();
  const entries = await db.entries.toArray();
  const entry = entries.find((e) => e.id === id);
  if (!entry || !mayDiscard(entry, entries)) return 0;
  const gone = withFollowers(entry, entries).map((e) => e.id);
  await db.entries.bulkDelete(gone);
  return gone.length;
}

/** Throw away an entry and what depends on it; 0 when it may have arrived meanwhile and has to stay. */
export async function discard(id: string): Promise<number> {
  const db = store();
  const entry = await db.entries.get(id);
  const count = await db.transaction("rw", db.entries, () => remove(id));
  if (count && entry?.kind === "start") await db.sheets.delete(entry.id);
  if (count && (entry?.kind === "items" || entry?.kind === "finish")) await db.sheets.where("id").equals(entry.subject.slice(11)).modify({ queued: false });
  await reload();
  return count;
}

export interface Position {
  lon: number;
  lat: number;
}

function placed(position: Position | null): Record<string, number> {
  return position && inChina(position.lon, position.lat) ? { lon: position.lon, lat: position.lat } : {};
}

export interface HazardForm {
  enterpriseId: string;
  enterprise: string;
  description: string;
  place: string;
  major: boolean;
  majorBasis: string;
  criteria: string[];
  photos: string[];
  position: Position | null;
}

/** File a hazard; `instead`: the refused entry that it corrects. */
export async function queueHazard(form: HazardForm, instead = ""): Promise<Entry> {
  const id = newId();
  const body = {
    enterprise_id: form.enterpriseId, description: form.description.trim(), place: form.place.trim(),
    ...judged(form.major, form.criteria, form.majorBasis, criteriaFor(state.bundle, form.enterpriseId)),
    photos: form.photos, at: serverNow(), ...placed(form.position),
  };
  const [made] = await enqueue(
    [{ id, kind: "hazard", subject: `hazard/${id}`, title: form.enterprise, detail: body.description,
       path: ["/api/v1/inspection/hazards"], body, photos: form.photos, form: { ...form } }],
    instead,
  );
  return made!;
}

export interface StartForm {
  enterpriseId: string;
  enterprise: string;
  checklistId: string;
  kind: string;
  officers: string[];
  taskId: string;
  participants: string;
}

/** Begin an inspection: its sheet can be filled in at once, whenever the server hears of it. */
export async function queueStart(form: StartForm, instead = ""): Promise<Sheet> {
  const id = newId();
  const checklist = state.bundle!.checklists.find((c) => c.id === form.checklistId)!;
  const at = serverNow();
  const old = instead ? await store().sheets.get(instead) : undefined;
  const sheet: Sheet = {
    id, startEntry: id, inspection: "", enterpriseId: form.enterpriseId, enterprise: form.enterprise,
    checklist: checklist.name, items: checklist.items, answers: old?.answers ?? {}, conclusion: old?.conclusion ?? "",
    signature: old?.signature ?? "", startedAt: at, queued: false,
  };
  await store().sheets.put(JSON.parse(JSON.stringify(sheet)) as Sheet);
  if (instead) await store().sheets.delete(instead);
  const body = { enterprise_id: form.enterpriseId, checklist_id: form.checklistId, kind: form.kind, officers: form.officers, task_id: form.taskId, participants: form.participants.trim(), at };
  await enqueue(
    [{ id, kind: "start", subject: `inspection/${id}`, title: form.enterprise, detail: checklist.name,
       path: ["/api/v1/inspection/inspections"], body, photos: [], form: { ...form } }],
    instead,
  );
  return sheet;
}

/** Hand in the answers and finish; both wait for the inspection's beginning where that is unsent too. */
export async function queueFinish(sheet: Sheet, instead = ""): Promise<void> {
  const inspection = sheet.inspection || { $of: sheet.startEntry, field: "id" };
  const at = ["/api/v1/inspection/inspections/", inspection];
  const answers = sheet.items.map((item) => sheet.answers[item.key]).filter((a): a is Answer => Boolean(a?.result));
  const photos = [...new Set(answers.flatMap((a) => (a.result === "hazard" ? a.photos : [])))];
  const found = answers.filter((a) => a.result === "hazard").length;
  const offered = criteriaFor(state.bundle, sheet.enterpriseId);
  const sent = answers.map((a) => a.result === "hazard"
    ? { ...a, ...judged(a.grade === "major", a.major_criteria ?? [], a.major_basis, offered) }
    : { key: a.key, result: a.result });
  const subject = `inspection/${sheet.id}`;
  const first = newId();
  await store().sheets.update(sheet.id, { queued: true });
  await enqueue(
    [
      { id: first, kind: "items", subject, title: sheet.enterprise, detail: words.sheet.conclusionAuto(found),
        path: [...at, "/items"], body: { answers: sent }, photos, form: { sheet: sheet.id } },
      { kind: "finish", subject, title: sheet.enterprise, detail: sheet.conclusion, path: [...at, "/finish"],
        body: { base: { $of: first, field: "version" }, conclusion: sheet.conclusion.trim(), signatures: sheet.signature ? [sheet.signature] : [] },
        photos: sheet.signature ? [sheet.signature] : [], form: { sheet: sheet.id } },
    ],
    instead,
  );
}

export interface ReviewForm {
  pass: boolean;
  note: string;
  photos: string[];
  officer: string;
}

/** Review a hazard: close it or send it back. */
export async function queueReview(hazard: Review, form: ReviewForm, instead = ""): Promise<Entry> {
  const kind = form.pass ? "close" : "return";
  const body = {
    base: hazard.version, note: form.note.trim(), photos: form.photos, at: serverNow(),
    ...(form.pass ? { co_reviewer: form.officer } : {}),
  };
  const [made] = await enqueue(
    [{ kind, subject: `hazard/${hazard.id}`, title: hazard.enterprise, detail: form.note.trim(),
       path: [`/api/v1/inspection/hazards/${hazard.id}/${kind}`], body, photos: form.photos, form: { ...form, hazard: hazard.id, number: hazard.number } }],
    instead,
  );
  return made!;
}

/** Give a task back with the reason; whoever gave it out decides what becomes of it. */
export async function queueGiveBack(task: Task, reason: string, instead = ""): Promise<Entry> {
  const note = reason.trim();
  const [made] = await enqueue(
    [{ kind: "giveback", subject: `task/${task.id}`, title: task.enterprise, detail: note,
       path: [`/api/v1/inspection/tasks/${task.id}/return`], body: { base: task.version, note }, photos: [],
       form: { task: task.id, reason: note } }],
    instead,
  );
  return made!;
}
