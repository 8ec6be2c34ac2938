// The rows of alarms on a page: fetched from the server as they stand, put in the board's order, pressed without leaving.

export class Rows {
  private asked = new Set<string>();
  private everything = false;
  private running = false;

  constructor(
    private readonly board: HTMLElement,
    private readonly changed: (fresh: HTMLElement[]) => void,
  ) {
    board.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.press(event.target as HTMLFormElement, (event as SubmitEvent).submitter as HTMLButtonElement | null);
    });
  }

  all(): HTMLElement[] {
    return [...this.board.querySelectorAll<HTMLElement>("[data-alarm]")];
  }

  has(id: string): boolean {
    return this.row(id) !== undefined;
  }

  /** Fetch one row again. */
  refresh(id: string): void {
    this.asked.add(id);
    void this.run();
  }

  /** Fetch all rows again. */
  refreshAll(): void {
    this.everything = true;
    void this.run();
  }

  private row(id: string): HTMLElement | undefined {
    return this.all().find((row) => row.dataset.alarm === id);
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    while (this.everything || this.asked.size) {
      await new Promise((done) => setTimeout(done, 60)); // a storm comes in handfuls
      const whole = this.everything;
      const ids = whole ? null : [...this.asked].slice(0, 50);
      if (whole) this.asked.clear();
      else ids!.forEach((id) => this.asked.delete(id));
      this.everything = false;
      try {
        await this.fetch(ids);
      } catch {
        // The connection is down: the stream's banner says so and asks for everything when it is back.
        await new Promise((done) => setTimeout(done, 2000));
      }
    }
    this.running = false;
  }

  private async fetch(ids: string[] | null): Promise<void> {
    const query = ids ? `?ids=${ids.join(",")}` : "";
    const answer = await fetch(`${this.board.dataset.rows}${query}`, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const found = rowsIn(await answer.text());
    const kept = new Set(found.map((row) => row.dataset.alarm));
    for (const row of this.all()) {
      const id = row.dataset.alarm!;
      if (!kept.has(id) && (ids === null || ids.includes(id))) row.remove();
    }
    this.changed(found.filter((row) => this.put(row)));
    this.tidy();
  }

  /** Put a row in its place; whether it is new. */
  private put(row: HTMLElement): boolean {
    const before = this.row(row.dataset.alarm!);
    if (before?.contains(document.activeElement) && before.outerHTML === row.outerHTML) return false;
    before?.remove();
    const next = this.all().find((other) => other.dataset.order! > row.dataset.order!);
    this.board.insertBefore(row, next ?? this.board.querySelector(".board-empty"));
    return before === undefined;
  }

  private tidy(): void {
    const empty = this.board.querySelector<HTMLElement>(".board-empty");
    if (empty) empty.hidden = this.all().length > 0;
  }

  private async press(form: HTMLFormElement, button: HTMLButtonElement | null): Promise<void> {
    const body = new FormData(form);
    body.set("part", "row");
    if (button) button.disabled = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
      const [row] = answer.status < 500 ? rowsIn(await answer.text()) : [];
      if (!row) throw new Error(String(answer.status));
      this.put(row);
      this.changed([]);
    } catch {
      if (button) button.disabled = false;
      const row = form.closest<HTMLElement>("[data-alarm]")!;
      row.querySelector(".alarm-error")?.remove();
      const said = document.createElement("p");
      said.className = "alarm-error error";
      said.setAttribute("role", "alert");
      said.textContent = "没有办成：服务器没有应答。请检查网络后再按一次。";
      row.append(said);
    }
  }
}

function rowsIn(html: string): HTMLElement[] {
  const page = new DOMParser().parseFromString(html, "text/html");
  return [...page.querySelectorAll<HTMLElement>("article[data-alarm]")].map((row) => document.importNode(row, true));
}
