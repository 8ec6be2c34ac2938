// One database for each account on this phone; nobody else's is ever opened.
import Dexie, { type Table } from "dexie";
import type { Bundle, Entry, Photo, Sheet } from "./types";

interface Kept<T> {
  id: string;
  value: T;
}

/** Tables of one account. `entries`, `photos`, `sheets` and `forms` are work; the rest comes from the server again. */
export class Store extends Dexie {
  entries!: Table<Entry, string>;
  photos!: Table<Photo, string>;
  sheets!: Table<Sheet, string>;
  forms!: Table<Kept<Record<string, unknown>>, string>;
  bundle!: Table<Kept<{ etag: string; at: string; bundle: Bundle }>, string>;
  pictures!: Table<Kept<Blob>, string>;
  meta!: Table<Kept<number>, string>;

  constructor(readonly account: string) {
    super(`anlan-pocket-${account}`);
    this.version(1).stores({
      entries: "id, seq, state, subject",
      photos: "sha",
      sheets: "id",
      forms: "id",
      bundle: "id",
      pictures: "id",
      meta: "id",
    });
  }

  /** How many writes were not sent, and how many inspections are being filled in here. */
  async unsent(): Promise<number> {
    const sheets = await this.sheets.filter((sheet) => !sheet.queued).count();
    return sheets + (await this.entries.where("state").anyOf("waiting", "refused").count());
  }

  /** The next place in the line; never given twice, also when what had it was discarded. */
  async nextSeq(): Promise<number> {
    const seq = ((await this.meta.get("seq"))?.value ?? 0) + 1;
    await this.meta.put({ id: "seq", value: seq });
    return seq;
  }
}

let current: Store | null = null;

/** The database of whoever works on this phone now. Throws Error before anybody logged in. */
export function store(): Store {
  if (!current) throw new Error("no account on this phone");
  return current;
}

/** Open the database of an account; the one before is closed. */
export function openStore(account: string): Store {
  if (current?.account === account) return current;
  current?.close();
  current = new Store(account);
  return current;
}

/** Close without opening another. */
export function closeStore(): void {
  current?.close();
  current = null;
}

/**
 * Take leave of an account: delete everything of it, unless work is unsent; then only what came from the server goes.
 * Returns how many pieces of work stay, bound to that account.
 */
export async function retire(account: string): Promise<number> {
  const db = current?.account === account ? current : new Store(account);
  const left = await db.unsent();
  if (left) {
    await Promise.all([db.bundle.clear(), db.pictures.clear(), db.entries.where("state").equals("sent").delete()]);
    db.close();
  } else {
    db.close();
    await Dexie.delete(db.name);
  }
  if (current?.account === account) current = null;
  return left;
}
