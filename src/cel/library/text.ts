/** Text by code points, and UTF-8. */

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const encoder = new TextEncoder();

/** Text of bytes; undefined when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Text of bytes, with a replacement character for each byte that is not of UTF-8, as Go has it. */
export function decodeLeniently(bytes: Uint8Array): string {
  const whole = decodeUtf8(bytes);
  if (whole !== undefined) return whole;
  let text = "";
  for (let start = 0; start < bytes.length;) {
    const length = [1, 2, 3, 4].find((size) =>
      decodeUtf8(bytes.subarray(start, start + size)) !== undefined && start + size <= bytes.length
    );
    text += length === undefined ? "\ufffd" : decodeUtf8(bytes.subarray(start, start + length));
    start += length ?? 1;
  }
  return text;
}

/** UTF-8 of a text. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}
