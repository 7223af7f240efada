/** Encodes server-sent events, as the HTML standard defines them (section 9.2). */

/** Returns the bytes of an event with JSON data. */
export function eventFrame(id: string, type: string, data: unknown): Uint8Array<ArrayBuffer> {
  return encode(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** A comment, which clients ignore. */
export const KEEP_ALIVE: Uint8Array<ArrayBuffer> = encode(": keep-alive\n\n");

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
