/// <reference lib="dom" />
/** Reads the JSON API, and reads a response again when an event makes the response stale. */
import { useEffect, useState } from "preact/hooks";

/** A response of the JSON API, or the reason why it is missing. */
export interface Answer<T> {
  /** The last successful response. */
  readonly data?: T;
  /** The error of the last request; absent if the last request succeeded. */
  readonly error?: Failure;
}

/** The error of a request. */
export interface Failure {
  /** The HTTP status; 0 if kro did not answer. */
  readonly status: number;
  /** The cause and what to do. */
  readonly detail: string;
}

/** The shortest time between two requests of the same path, in milliseconds. */
const PAUSE_MS = 250;

interface Entry {
  answer: Answer<unknown>;
  readonly listeners: Set<() => void>;
  isLoading: boolean;
  isStale: boolean;
  loadedAt: number;
  /** The shortest time between two requests, in milliseconds: longer for slow responses. */
  pause: number;
}

/** The event of the window that {@link setToken} dispatches. */
export const TOKEN_EVENT = "token";

const entries = new Map<string, Entry>();
let token: string | undefined;

/** Sets the token of all further requests. The token is kept in memory only. */
export function setToken(value: string): void {
  token = value;
  refresh(() => true);
  dispatchEvent(new Event(TOKEN_EVENT));
}

/** Reports whether a token was set. */
export function hasToken(): boolean {
  return token !== undefined;
}

/** The headers that authenticate a request. */
export function authHeaders(): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/**
 * Returns the response of a path. The component is rendered again when the response changes.
 *
 * @param path The path with its query; undefined sends no request.
 */
export function useAnswer<T>(path: string | undefined): Answer<T> {
  const [, render] = useState(0);
  useEffect(() => {
    if (path === undefined) return;
    const entry = entryOf(path);
    const listener = () => render((count: number) => count + 1);
    entry.listeners.add(listener);
    if (entry.isStale) load(path, entry);
    else listener();
    return () => {
      entry.listeners.delete(listener);
      if (entry.listeners.size === 0) entries.delete(path);
    };
  }, [path]);
  return (path === undefined ? {} : entries.get(path)?.answer ?? {}) as Answer<T>;
}

/** Reads all shown responses again whose path satisfies the condition. */
export function refresh(isAffected: (path: string) => boolean): void {
  for (const [path, entry] of entries) {
    if (!isAffected(path)) continue;
    entry.isStale = true;
    load(path, entry);
  }
}

function entryOf(path: string): Entry {
  let entry = entries.get(path);
  if (!entry) {
    entry = {
      answer: {},
      listeners: new Set(),
      isLoading: false,
      isStale: true,
      loadedAt: 0,
      pause: 0,
    };
    entries.set(path, entry);
  }
  return entry;
}

/** Starts a request of the path, unless a request is running already. */
function load(path: string, entry: Entry): void {
  if (entry.isLoading) return;
  entry.isLoading = true;
  loadNow(path, entry).catch((error) => console.error(error));
}

async function loadNow(path: string, entry: Entry): Promise<void> {
  const wait = entry.loadedAt + entry.pause - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  entry.isStale = false;
  entry.loadedAt = performance.now();
  const isFirst = entry.answer.data === undefined;
  const answer = await read(path, (part) => {
    if (isFirst) publish(entry, part);
  });
  entry.pause = Math.max(PAUSE_MS, 4 * (performance.now() - entry.loadedAt));
  // After an error, the last data stays on the screen next to the error.
  const isKept = answer.error && answer.error.status !== 404;
  entry.isLoading = false;
  publish(entry, isKept ? { data: entry.answer.data, error: answer.error } : answer);
  if (entry.isStale && entries.get(path) === entry) load(path, entry);
}

function publish(entry: Entry, answer: Answer<unknown>): void {
  entry.answer = answer;
  for (const listener of [...entry.listeners]) listener();
}

/** A list of the JSON API, or one page of it. */
interface Page {
  readonly items: unknown[];
  readonly continue?: string;
}

/**
 * Reads a path. Lists are read with all of their pages.
 *
 * @param partly Called after each page but the last with the items up to this page.
 */
async function read(
  path: string,
  partly: (answer: Answer<unknown>) => void,
): Promise<Answer<unknown>> {
  const first = await request(path);
  const list = first.data as Page | undefined;
  if (!list?.continue) return first;
  const items = [...list.items];
  for (let next: string | undefined = list.continue; next;) {
    partly({ data: { ...list, items: [...items] } });
    const more = await request(`${path}${path.includes("?") ? "&" : "?"}continue=${next}`);
    if (more.error) return more;
    const page = more.data as Page;
    for (const item of page.items) items.push(item);
    next = page.continue;
  }
  return { data: { ...list, items, continue: undefined } };
}

async function request(path: string): Promise<Answer<unknown>> {
  try {
    const response = await fetch(path, { headers: authHeaders(), cache: "no-cache" });
    const body = await response.json();
    if (response.ok) return { data: body };
    return { error: { status: response.status, detail: body.detail ?? response.statusText } };
  } catch {
    return { error: { status: 0, detail: "kro does not answer; the page tries again" } };
  }
}
