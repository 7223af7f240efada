/** Encodes and decodes UTF-8. */

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const encoder = new TextEncoder();

/** Decodes UTF-8. Returns undefined when the bytes are malformed. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Decodes UTF-8 and replaces each malformed byte by U+FFFD, as Go does. */
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

/** Encodes a string as UTF-8. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}
