/**
 * Parses the events of one watch connection. The response is a stream of JSON documents, one document per
 * line.
 */
import { ApiError, isObject, type Json, jsonText, type KubeObject, parseJson } from "../api/mod.ts";
import { LONGEST_OBJECT } from "./body.ts";
import { ConfigError, refusal } from "./errors.ts";
import { parsedIfLarge } from "./json_slices.ts";
import { normalizeMetadata } from "./metadata.ts";
import { type KubeRequest, requestText } from "./request.ts";
import type { OpenStream, Transport } from "./transport.ts";
import type { WatchEvent } from "./types.ts";

/**
 * Yields the events of a watch until the API server ends the stream or the signal aborts. Rejects with
 * ApiError for an event of type ERROR and for a failed connection.
 */
export async function* readWatch(
  transport: Transport,
  request: KubeRequest,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  if (signal.aborted) return;
  let stream: OpenStream | undefined;
  try {
    stream = await transport.open(request, signal);
    for await (const line of lines(stream.body, signal)) {
      yield toEvent(requestText(request), line, await parsedIfLarge(line));
    }
  } catch (error) {
    if (signal.aborted) return;
    const known = error instanceof ApiError || error instanceof ConfigError;
    throw known ? error : transport.broken(request, error);
  } finally {
    stream?.close();
  }
}

/**
 * Parses one watch event. Throws ApiError when the JSON is malformed, and for an event of type ERROR, which
 * contains a Status.
 *
 * @param parsed The result of `parsedIfLarge` for the line.
 */
export function toEvent(request: string, line: string, parsed?: Json): WatchEvent {
  const event = parseEvent(request, line, parsed);
  switch (event.type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type: event.type, object: event.object };
    case "BOOKMARK":
      return { type: "BOOKMARK", resourceVersion: event.object.metadata.resourceVersion ?? "" };
    default: {
      const code = typeof event.object.code === "number" ? event.object.code : 500;
      throw refusal(request, code, jsonText(event.object), undefined, event.object);
    }
  }
}

function parseEvent(
  request: string,
  line: string,
  parsed?: Json,
): { type: string; object: KubeObject } {
  let event = parsed;
  let cause: unknown;
  try {
    if (event === undefined) event = parseJson(line);
  } catch (error) {
    cause = error;
  }
  const isEvent = isObject(event) && typeof event.type === "string" && isObject(event.object) &&
    (event.type === "ERROR" || normalizeMetadata(event.object));
  if (isEvent) return event as unknown as { type: string; object: KubeObject };
  throw new ApiError(`${request}: malformed watch event`, { reason: "Other", cause });
}

/**
 * Yields the lines of a byte stream until the stream ends or the signal aborts. If the stream ends without
 * a line feed, the last line is incomplete and is dropped. Rejects for a line longer than 32 MiB.
 */
export async function* lines(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  // While several streams are open, Deno may ignore the signal that was passed to `fetch`. The reader is
  // therefore canceled when the signal aborts.
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
