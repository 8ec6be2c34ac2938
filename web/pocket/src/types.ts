// Shapes shared by the store, the sender and the pages. Times are ISO text in UTC, positions WGS-84 degrees.

export interface Item {
  key: string;
  category: string;
  text: string;
  basis: string;
  major: string;
}

export interface Answer {
  key: string;
  result: string;
  note: string;
  place: string;
  grade: string;
  major_basis: string;
  /** Absent in sheets begun before criteria were ticked on the phone. */
  major_criteria?: string[];
  /** Why what fails a criterion of major hazards is a general one; absent in sheets begun before it was asked. */
  general_reason?: string;
  photos: string[];
}

export type Firm = [id: string, name: string, address: string, lon: number | null, lat: number | null, criteriaSet?: number];
export type Choice = [id: string, label: string];

/** A criterion of a published standard for judging major hazards. */
export interface Criterion {
  id: string;
  citation: string;
  text: string;
  verified: boolean;
}

export interface Checklist {
  id: string;
  name: string;
  items: Item[];
}

export interface OpenInspection {
  id: string;
  number: string;
  version: number;
  enterprise_id: string;
  enterprise: string;
  started_at: string;
  items: (Item & Answer)[];
}

export interface Review {
  id: string;
  number: string;
  version: number;
  enterprise_id: string;
  enterprise: string;
  description: string;
  place: string;
  grade: string;
  requirement: string;
  rectification: string;
  submitted_at: string | null;
  due_at: string | null;
  photos: [stage: string, sha256: string][];
  /** Who may be named as second officer; absent in data taken along before it was served. */
  reviewers?: string[];
}

/** A visit to be made; the phone may begin it without signal. */
export interface Task {
  id: string;
  number: string;
  version: number;
  enterprise_id: string;
  enterprise: string;
  checklist_id: string;
  kind: string;
  source: string;
  label: string;
  note: string;
  due_at: string;
  officers: Choice[];
  guests: string[];
}

/** GET /api/v1/inspection/pocket. */
export interface Bundle {
  account: string;
  person: { id: string; name: string };
  rights: string[];
  kinds: Choice[];
  accompanied: string[];
  /** A grid worker or an expert: others inspect in twos. */
  alone: boolean;
  inspectors: Choice[];
  reviewers: Choice[];
  enterprises: Firm[];
  /** Absent in what was taken along before criteria travelled. */
  criteria?: Criterion[];
  criteria_sets?: string[][];
  checklists: Checklist[];
  tasks: Task[];
  inspections: OpenInspection[];
  reviews: Review[];
}

export type Kind = "hazard" | "start" | "items" | "finish" | "close" | "return" | "giveback";

/** A value that only the answer to an earlier entry brings, such as the id of an inspection begun without signal. */
export interface Ref {
  $of: string;
  field: string;
}

/** What the server said against an entry. */
export interface Refusal {
  status: number;
  code: string;
  message: string;
  reasons: string[];
}

/** One write that waits, was refused, or was sent. `id` is also its idempotency key. */
export interface Entry {
  id: string;
  seq?: number;
  kind: Kind;
  /** Entries of one subject go in their order; one that stands blocks those behind it. */
  subject: string;
  title: string;
  detail: string;
  path: (string | Ref)[];
  body: Record<string, unknown>;
  photos: string[];
  state: "waiting" | "refused" | "sent";
  /** Handed to the network without an answer yet: it may have arrived, so it is neither changed nor thrown away. */
  unsure: boolean;
  tries: number;
  queuedAt: string;
  sentAt?: string;
  answer?: Record<string, unknown>;
  refusal?: Refusal;
  /** What was typed, for correcting it. */
  form: Record<string, unknown>;
}

export interface Photo {
  sha: string;
  blob: Blob;
  name: string;
  uploaded: 0 | 1;
}

/** An inspection being filled in on this phone. */
export interface Sheet {
  id: string;
  /** The entry that begins it, or "" when the server knows it already. */
  startEntry: string;
  inspection: string;
  enterpriseId: string;
  enterprise: string;
  checklist: string;
  items: Item[];
  answers: Record<string, Answer>;
  conclusion: string;
  signature: string;
  startedAt: string;
  queued: boolean;
}
