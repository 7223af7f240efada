/** The events of one watch connection: JSON documents, one a line. */
import { ApiError, isObject, type Json, jsonText, type KubeObject, parseJson } from "../api/mod.ts";
import { LONGEST_OBJECT } from "./body.ts";
import { ConfigError, refusal } from "./errors.ts";
import { type Exchange, requestText } from "./exchange.ts";
import type { OpenStream, Transport } from "./transport.ts";
import type { WatchEvent } from "./types.ts";

/** Events until the server ends the stream or the signal aborts; an ERROR event rejects. */
export async function* readWatch(
  transport: Transport,
  exchange: Exchange,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  if (signal.aborted) return;
  let stream: OpenStream | undefined;
  try {
    stream = await transport.open(exchange, signal);
    for await (const line of lines(stream.body, signal)) yield toEvent(requestText(exchange), line);
  } catch (error) {
    if (signal.aborted) return;
    const known = error instanceof ApiError || error instanceof ConfigError;
    throw known ? error : transport.broken(exchange, error);
  } finally {
    stream?.close();
  }
}

/** The event of one line. An ERROR is a Status: it is thrown, and so is what is no event. */
export function toEvent(request: string, line: string): WatchEvent {
  const event = parseEvent(request, line);
  switch (event.type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type: event.type, object: event.object };
    case "BOOKMARK":
      return { type: "BOOKMARK", resourceVersion: event.object.metadata.resourceVersion ?? "" };
    default: {
      const code = typeof event.object.code === "number" ? event.object.code : 500;
      throw refusal(request, code, jsonText(event.object));
    }
  }
}

function parseEvent(request: string, line: string): { type: string; object: KubeObject } {
  let event: Json | undefined;
  let cause: unknown;
  try {
    event = parseJson(line);
  } catch (error) {
    cause = error;
  }
  const isEvent = isObject(event) && typeof event.type === "string" && isObject(event.object) &&
    (event.type === "ERROR" || isObject(event.object.metadata));
  if (isEvent) return event as unknown as { type: string; object: KubeObject };
  throw new ApiError(`${request}: a line is no event`, { reason: "Other", cause });
}

/**
 * Lines of a byte stream until it ends or the signal aborts. The last line may lack its end when the
 * connection broke: it is dropped.
 */
export async function* lines(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  // The signal given to fetch does not end a read for sure: with several streams open, Deno loses it.
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  let rest: string[] = [];
  let length = 0;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const parts = decoder.decode(value, { stream: true }).split("\n");
      for (const part of parts.slice(0, -1)) {
        rest.push(part);
        const line = rest.join("");
        rest = [];
        length = 0;
        if (line.trim() !== "") yield line;
      }
      rest.push(parts.at(-1)!);
      length += parts.at(-1)!.length;
      if (length > LONGEST_OBJECT) throw new Error("a line of more than 32 MiB");
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}
