/** Base64 with the standard alphabet of RFC 4648, as Go's `encoding/base64` reads and writes it. */

/** Encodes bytes, with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return bytes.toBase64();
}

/**
 * Decodes base64; returns undefined if the string is invalid. Skips line breaks and rejects other white
 * space. If `padded` is true, padding is required; otherwise it is optional, because cel-go tries both of
 * Go's encodings, with padding and without.
 */
export function decodeBase64(text: string, padded = true): Uint8Array | undefined {
  const compact = text.replaceAll(/[\r\n]/g, "");
  // fromBase64 skips white space that Go refuses.
  if (/\s/.test(compact) || (padded && compact.length % 4 !== 0)) return undefined;
  try {
    return Uint8Array.fromBase64(compact);
  } catch {
    return undefined;
  }
}
