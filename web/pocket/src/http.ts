// One way to the server: same origin, session cookie, CSRF token, JSON. Network failure is an exception, a refusal is not.

export interface Answer {
  status: number;
  code: string;
  body: Record<string, unknown>;
  headers: Headers;
}

const TIMEOUT_MS = 60_000;
let ahead = 0;

function cookie(name: string): string {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

/** Ask the server. Throws TypeError or DOMException when no answer came: nobody knows then whether it arrived. */
export async function call(method: string, path: string, init: { headers?: Record<string, string>; body?: BodyInit } = {}): Promise<Answer> {
  const headers: Record<string, string> = { Accept: "application/json", ...init.headers };
  if (method !== "GET") headers["X-CSRFToken"] = cookie("csrftoken");
  const before = Date.now();
  const response = await fetch(path, {
    method,
    headers,
    body: init.body,
    credentials: "same-origin",
    cache: "no-store",
    redirect: "manual",
    signal: AbortSignal.timeout ? AbortSignal.timeout(TIMEOUT_MS) : undefined,
  });
  const text = await response.text();
  const date = Date.parse(response.headers.get("Date") ?? "");
  // The second that the server wrote was past when it came: stated times are never in the server's future.
  if (date) ahead = Math.min(date - Date.now(), date - before);
  let body: Record<string, unknown> = {};
  try {
    body = text ? (JSON.parse(text) as Record<string, unknown>) : {};
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error; // a page of a proxy, not our server: the status alone counts
  }
  const code = typeof body.code === "string" ? body.code : "";
  return { status: response.status, code, body, headers: response.headers };
}

/** The moment by the server's clock, as far as it was heard; otherwise the phone's. ISO text in UTC. */
export function serverNow(): string {
  return new Date(Date.now() + ahead).toISOString();
}

export const clockOffset = {
  get: (): number => ahead,
  set: (milliseconds: number): void => {
    ahead = milliseconds;
  },
};
