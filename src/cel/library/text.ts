/** Text by code points, and UTF-8. */

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text of bytes; undefined when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** UTF-8 of a text. */
export function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Whether every character is one UTF-16 unit, so that offsets need no counting. */
export function isPlain(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text);
}
