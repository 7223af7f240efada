/// <reference lib="dom" />
/**
 * Reads the event stream of kro. After each event, the page reads the affected responses of the JSON API
 * again. The stream is read with `fetch`, because an EventSource cannot send a token.
 */
import { useEffect, useState } from "preact/hooks";
import { isAffected } from "./affected.ts";
import { authHeaders, refresh, TOKEN_EVENT } from "./api.ts";

/** Whether the page receives events. */
export type Connection = "connecting" | "live" | "lost";

let connection: Connection = "connecting";
const listeners = new Set<(value: Connection) => void>();

/** Returns whether the page receives events. */
export function useConnection(): Connection {
  const [value, setValue] = useState(connection);
  useEffect(() => {
    listeners.add(setValue);
    setValue(connection);
    return () => {
      listeners.delete(setValue);
    };
  }, []);
  return value;
}

function setConnection(value: Connection): void {
  if (connection === value) return;
  connection = value;
  for (const listener of listeners) listener(value);
}

/** An event of the stream. */
interface StreamEvent {
  readonly id?: string;
  readonly type: string;
  readonly data: string;
}

/** Reads the stream until the page is closed. After an interruption, resumes after the last event. */
export async function follow(): Promise<never> {
  let lastId: string | undefined;
  for (let attempt = 0;; attempt++) {
    const isFirst = lastId === undefined;
    try {
      const resume: Record<string, string> = lastId === undefined
        ? {}
        : { "last-event-id": lastId };
      const response = await fetch("/events", { headers: { ...authHeaders(), ...resume } });
      if (!response.ok || !response.body) throw new Error(response.statusText);
      setConnection("live");
      // After an interruption, all responses are read again, because requests may have failed meanwhile.
      if (!isFirst || attempt > 0) refresh(() => true);
      attempt = 0;
      for await (const event of eventsOf(response.body)) {
        lastId = event.id ?? lastId;
        apply(event);
      }
    } catch {
      // The stream ends when kro restarts or the port-forward ends. The loop opens the stream again.
    }
    setConnection("lost");
    await delay(Math.min(300 * 1.5 ** attempt, 5000));
  }
}

/** Waits for a time in milliseconds, but only until the reader enters a token. */
function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener(TOKEN_EVENT, end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener(TOKEN_EVENT, end);
  });
}

function apply({ type, data }: StreamEvent): void {
  if (type === "reset") return refresh(() => true);
  if (type !== "graph" && type !== "instance") return;
  const changed = { ...JSON.parse(data), type };
  refresh((path) => isAffected(path, changed));
}

/** Parses a stream of server-sent events, as the HTML standard defines them (section 9.2.6). */
async function* eventsOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<StreamEvent> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop()!;
    for (const block of blocks) {
      const fields = new Map(
        block.split("\n").map((line) => {
          const at = line.indexOf(":");
          return [line.slice(0, at), line.slice(at + 1).trimStart()] as const;
        }),
      );
      const data = fields.get("data");
      if (data !== undefined) {
        yield { id: fields.get("id"), type: fields.get("event") ?? "message", data };
      }
    }
  }
}
