// What every page looks at: who works here, what the phone holds, how the network stands.
import { reactive } from "vue";
import type { Bundle, Entry, Sheet } from "./types";

export type Net = "online" | "offline" | "unreachable" | "login" | "other";

export const state = reactive({
  /** Read once the phone's own store has been looked at. */
  ready: false,
  account: "",
  name: "",
  net: "online" as Net,
  sending: "",
  bundle: null as Bundle | null,
  bundleAt: "",
  entries: [] as Entry[],
  sheets: [] as Sheet[],
  /** Work of others that waits on this phone. */
  kept: [] as { account: string; name: string; count: number }[],
  route: "",
});

export function may(right: string): boolean {
  return state.bundle?.rights.includes(right) ?? false;
}

/** Go to a page: `go("review", id)`. */
export function go(page: string, id = ""): void {
  location.hash = id ? `#/${page}/${id}` : `#/${page}`;
}

export function back(): void {
  if (history.length > 1) history.back();
  else go("today");
}

const SHANGHAI = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** 11-22 08:50, Shanghai time. */
export function clockText(iso: string | null | undefined): string {
  if (!iso) return "";
  const parts = Object.fromEntries(SHANGHAI.formatToParts(new Date(iso)).map((p) => [p.type, p.value]));
  return `${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`;
}

export function dayText(iso: string | null | undefined): string {
  return clockText(iso).slice(0, 5);
}
