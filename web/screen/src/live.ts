// The event stream of a page: opened from the place the page was rendered at, reopened until the server says it is over.

export interface Happening {
  topic: string;
  kind: string;
  id: string;
  matter?: string;
  device?: string | null;
  state?: string;
  severity?: string;
  superseded?: boolean;
  drill?: boolean;
}

export interface Listener {
  /** Something happened; events come in order and none is left out. */
  happened(event: Happening): void;
  /** Too much was missed, or the connection is down: load everything anew. */
  reload(): void;
}

const SILENT_MS = 40_000; // the server beats every 15 s
const SHOWN_AFTER_MS = 3_000;
const POLL_MS = 15_000;
const LONGEST_WAIT_MS = 30_000;

/** How long to wait before the n-th attempt (from 0). */
export function waitMs(attempt: number): number {
  return Math.min(1000 * 2 ** attempt, LONGEST_WAIT_MS);
}

class Banner {
  private readonly text: HTMLElement;
  private readonly button: HTMLButtonElement;
  private act: () => void = () => {};

  constructor(private readonly box: HTMLElement) {
    this.text = box.querySelector(".live-text")!;
    this.button = box.querySelector("button")!;
    this.button.addEventListener("click", () => this.act());
  }

  good(): void {
    this.show("实时连接正常", false);
  }

  lost(seconds: number): void {
    this.show(`实时连接已中断 ${seconds} 秒，正在重新连接，期间每 ${POLL_MS / 1000} 秒刷新一次`, true);
  }

  ended(text: string, label: string, act: () => void): void {
    this.show(text, true);
    this.act = act;
    this.button.textContent = label;
    this.button.hidden = false;
  }

  private show(text: string, lost: boolean): void {
    this.box.hidden = false;
    this.box.classList.toggle("live-lost", lost);
    this.button.hidden = true;
    if (this.text.textContent !== text) this.text.textContent = text;
  }
}

export class Live {
  private source: EventSource | null = null;
  private place: string;
  private readonly topics: string;
  private readonly banner: Banner;
  private heardAt = Date.now();
  private lostAt = 0;
  private polledAt = 0;
  private attempt = 0;
  private waiting = 0;
  private over = false;

  constructor(box: HTMLElement, private readonly listener: Listener) {
    this.topics = box.dataset.topics ?? "";
    this.place = box.dataset.place ?? "";
    this.banner = new Banner(box);
    this.open();
    window.setInterval(() => this.look(), 1000);
    // A page that comes back from the browser's store of pages has no connection.
    window.addEventListener("pageshow", (event) => event.persisted && this.again());
    window.addEventListener("pagehide", () => this.source?.close());
  }

  private open(): void {
    this.source?.close();
    const address = `/api/v1/stream?topics=${encodeURIComponent(this.topics)}&after=${encodeURIComponent(this.place)}`;
    const source = new EventSource(address);
    this.source = source;
    this.heardAt = Date.now();
    for (const topic of this.topics.split(",")) {
      source.addEventListener(topic, (event) => {
        this.heard(event as MessageEvent);
        this.listener.happened({ topic, ...JSON.parse((event as MessageEvent).data) });
      });
    }
    source.addEventListener("beat", (event) => this.heard(event as MessageEvent));
    source.addEventListener("reset", (event) => {
      this.heard(event as MessageEvent);
      this.listener.reload();
    });
    source.addEventListener("end", (event) => this.end(JSON.parse((event as MessageEvent).data).reason));
    source.addEventListener("error", () => this.failed(source));
  }

  private heard(event: MessageEvent): void {
    if (event.lastEventId) this.place = event.lastEventId;
    this.heardAt = Date.now();
    this.lostAt = 0;
    this.attempt = 0;
    this.banner.good();
  }

  private failed(source: EventSource): void {
    if (this.over || source !== this.source) return;
    this.lostAt ||= Date.now();
    if (source.readyState === EventSource.CLOSED) void this.refused();
  }

  /** The server answered with something else than a stream: is it down, or is a login wanted? */
  private async refused(): Promise<void> {
    if (this.waiting) return;
    this.waiting = window.setTimeout(() => {
      this.waiting = 0;
      if (!this.over) this.open();
    }, waitMs(this.attempt++));
    try {
      const answer = await fetch("/api/v1/map/layers", { credentials: "same-origin" });
      if (answer.status === 401) this.end("login");
    } catch {
      // not reachable: tried again
    }
  }

  private end(reason: string): void {
    this.over = true;
    this.source?.close();
    if (reason === "replaced") {
      this.banner.ended("同时打开的监测页面过多，本页已停止实时更新", "恢复本页", () => this.again());
    } else if (reason === "right") {
      this.banner.ended("您已没有查看监测信息的权限，本页已停止更新", "返回工作台", () => location.assign("/"));
    } else {
      this.banner.ended("登录已失效，本页不再更新，新报警不会显示", "重新登录", () => location.reload());
    }
  }

  private again(): void {
    this.over = false;
    this.open();
    this.listener.reload();
  }

  private look(): void {
    if (this.over) return;
    const now = Date.now();
    if (now - this.heardAt > SILENT_MS) {
      this.lostAt ||= now;
      this.open();
    }
    if (this.lostAt && now - this.lostAt > SHOWN_AFTER_MS) {
      this.banner.lost(Math.round((now - this.lostAt) / 1000));
      if (now - this.polledAt > POLL_MS) {
        this.polledAt = now;
        this.listener.reload();
      }
    }
  }
}

/** Follow what the page names; does nothing on a page without the box. */
export function follow(listener: Listener): Live | null {
  const box = document.getElementById("live");
  return box?.dataset.topics ? new Live(box, listener) : null;
}

/** Run `work` once, `ms` after the first of several calls. */
export function gathered(work: () => void, ms: number): () => void {
  let timer = 0;
  return () => {
    timer ||= window.setTimeout(() => {
      timer = 0;
      work();
    }, ms);
  };
}
