/** Encodes and decodes base64 with the standard alphabet of RFC 4648, as Go's `encoding/base64` does. */

/** Encodes bytes as base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return bytes.toBase64();
}

/**
 * Decodes base64. Returns undefined when the string is invalid. Line breaks are skipped, and other white
 * space is rejected.
 *
 * @param padded Whether padding is required. If false, padding is optional, because cel-go tries Go's
 * encodings with padding and without.
 */
export function decodeBase64(text: string, padded = true): Uint8Array | undefined {
  const compact = text.replaceAll(/[\r\n]/g, "");
  // `fromBase64` skips spaces and tabs, which Go rejects.
  if (/\s/.test(compact) || (padded && compact.length % 4 !== 0)) return undefined;
  try {
    return Uint8Array.fromBase64(compact);
  } catch {
    return undefined;
  }
}
