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
  // `TextDecoder` replaces a truncated sequence by a single U+FFFD, but Go replaces each byte of the
  // sequence.
  const mended = new Uint8Array(bytes.length * REPLACEMENT.length);
  let size = 0;
  for (let index = 0; index < bytes.length;) {
    const length = sequenceLength(bytes, index);
    mended.set(length === 0 ? REPLACEMENT : bytes.subarray(index, index + length), size);
    size += length === 0 ? REPLACEMENT.length : length;
    index += Math.max(1, length);
  }
  return decoder.decode(mended.subarray(0, size));
}

const REPLACEMENT = encodeUtf8("\ufffd");

/**
 * Returns the number of bytes of the well-formed UTF-8 sequence that starts at an index; 0 when the bytes are
 * malformed (Unicode, table 3-7).
 */
function sequenceLength(bytes: Uint8Array, index: number): number {
  const first = bytes[index]!;
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0 || index + length > bytes.length) return 0;
  const second = bytes[index + 1]!;
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let next = 2; next < length; next++) {
    if ((bytes[index + next]! & 0xc0) !== 0x80) return 0;
  }
  return length;
}

/** Encodes a string as UTF-8. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}
