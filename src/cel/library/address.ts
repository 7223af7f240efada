/** Parses and formats IP addresses, with the rules of Go's package `net/netip`. */

/** An IPv4 or IPv6 address, represented as a number. */
export interface Address {
  /** The IP version: 4 or 6. */
  readonly family: 4 | 6;
  /**
   * The address as an unsigned number of 32 or 128 bits. The first byte of the address is the most
   * significant byte.
   */
  readonly bits: bigint;
}

/** Returns the number of bits of an address: 32 for IPv4, 128 for IPv6. */
export function width(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

/**
 * The length of the longest valid address, which consists of six groups of four hexadecimal digits and an
 * IPv4 address.
 */
const MAX_LENGTH = "ffff:".length * 6 + "255.255.255.255".length;

/**
 * Parses an IP address. Returns undefined when the string is malformed. As in Kubernetes' IP library,
 * addresses with a zone and IPv4-mapped IPv6 addresses are rejected.
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  if (!text.includes(":")) {
    const bits = parse4(text);
    return bits === undefined ? undefined : { family: 4, bits };
  }
  const bits = parse6(text);
  if (bits === undefined || bits >> 32n === 0xffffn) return undefined;
  return { family: 6, bits };
}

function parse4(text: string): bigint | undefined {
  const parts = text.split(".");
  const valid = parts.length === 4 &&
    parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  if (!valid) return undefined;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function parse6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => groups(half, index === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? joined(head) : undefined;
  if (tail === undefined || head.length + tail.length > 7) return undefined;
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => 0n);
  return joined([...head, ...zeros, ...tail]);
}

/**
 * Parses the groups of 16 bits of an IPv6 address.
 *
 * @param isEnd Whether `text` is the end of the address. At the end, the last 32 bits may be written as an
 * IPv4 address.
 */
function groups(text: string, isEnd: boolean): bigint[] | undefined {
  if (text === "") return [];
  const result: bigint[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      result.push(BigInt(`0x${part}`));
      continue;
    }
    const dotted = isEnd && index === parts.length - 1 ? parse4(part) : undefined;
    if (dotted === undefined) return undefined;
    result.push(dotted >> 16n, dotted & 0xffffn);
  }
  return result;
}

function joined(parts: readonly bigint[]): bigint {
  return parts.reduce((bits, part) => (bits << 16n) | part, 0n);
}

/** Formats an address in its canonical form (RFC 5952). */
export function addressText({ family, bits }: Address): string {
  if (family === 4) return split(bits, 4, 8n).join(".");
  const parts = split(bits, 8, 16n);
  const [start, length] = longestZeros(parts);
  const hex = parts.map((part) => part.toString(16));
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

function split(bits: bigint, count: number, size: bigint): bigint[] {
  return Array.from(
    { length: count },
    (_, index) => (bits >> (size * BigInt(count - 1 - index))) & ((1n << size) - 1n),
  );
}

function longestZeros(parts: readonly bigint[]): readonly [number, number] {
  let best: readonly [number, number] = [0, 0];
  let start = 0;
  for (let index = 0; index <= parts.length; index++) {
    if (parts[index] === 0n) continue;
    if (index - start > best[1]) best = [start, index - start];
    start = index + 1;
  }
  return best;
}
