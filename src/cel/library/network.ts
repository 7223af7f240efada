/** Kubernetes' libraries for IP addresses and CIDR blocks. */
import { fail } from "../value/error.ts";
import { Opaque, type Value } from "../value/values.ts";
import { type Address, addressText, parseAddress, width } from "./address.ts";
import { type FunctionDeclaration, member, plain } from "./declare.ts";

/** A CEL value of type net.IP. */
class Ip extends Opaque {
  readonly typeName = "net.IP";

  constructor(readonly address: Address) {
    super();
  }

  override get keyText(): string {
    return `${this.address.family} ${this.address.bits}`;
  }

  override equals(other: Opaque): boolean {
    return other instanceof Ip && same(this.address, other.address);
  }
}

/** A CEL value of type net.CIDR, which consists of an address and the length of the prefix in bits. */
class Cidr extends Opaque {
  readonly typeName = "net.CIDR";

  constructor(readonly address: Address, readonly length: number) {
    super();
  }

  override get keyText(): string {
    return `${this.address.family} ${this.address.bits}/${this.length}`;
  }

  override equals(other: Opaque): boolean {
    return other instanceof Cidr && same(this.address, other.address) &&
      this.length === other.length;
  }

  /** Reports whether an address is inside of the CIDR block. */
  covers(address: Address): boolean {
    const shift = BigInt(width(this.address.family) - this.length);
    return address.family === this.address.family &&
      address.bits >> shift === this.address.bits >> shift;
  }
}

function same(a: Address, b: Address): boolean {
  return a.family === b.family && a.bits === b.bits;
}

function ip(text: string): Ip {
  const address = parseAddress(text);
  return address ? new Ip(address) : fail("conversion", "ip(): the text is not a valid IP address");
}

/**
 * Parses an address for `containsIP()`. As in Kubernetes' library, a malformed address fails with code
 * `overload`.
 */
function contained(text: string): Address {
  return parseAddress(text) ?? fail("overload", "containsIP(): the text is not a valid IP address");
}

function parseCidr(text: string): Cidr | undefined {
  const [, addressPart = "", lengthPart = ""] = /^([^/]*)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const address = parseAddress(addressPart);
  const length = Number(lengthPart);
  return address && lengthPart !== "" && length <= width(address.family)
    ? new Cidr(address, length)
    : undefined;
}

function cidr(text: string): Cidr {
  return parseCidr(text) ?? fail("conversion", "cidr(): the text is not a valid CIDR block");
}

function masked({ address, length }: Cidr): Value {
  const shift = BigInt(width(address.family) - length);
  return new Cidr({ ...address, bits: (address.bits >> shift) << shift }, length);
}

const IS_UNSPECIFIED = [cidr("0.0.0.0/32"), cidr("::/128")];
const IS_LOOPBACK = [cidr("127.0.0.0/8"), cidr("::1/128")];
const IS_MULTICAST = [cidr("224.0.0.0/4"), cidr("ff00::/8")];
const LINK_LOCAL_MULTICAST_4 = cidr("224.0.0.0/24");
const IS_LINK_LOCAL_UNICAST = [cidr("169.254.0.0/16"), cidr("fe80::/10")];
const NOT_GLOBAL = [
  ...IS_UNSPECIFIED,
  ...IS_LOOPBACK,
  ...IS_MULTICAST,
  ...IS_LINK_LOCAL_UNICAST,
  cidr("255.255.255.255/32"),
];

/**
 * Declares a method that reports whether an address is in one of the given CIDR blocks.
 *
 * @param wanted Whether the method returns true for an address inside of the blocks, or for an address
 * outside of all blocks.
 */
function among(name: string, blocks: readonly Cidr[], wanted = true): FunctionDeclaration {
  return member(
    name,
    "net.IP",
    "bool",
    ({ address }: Ip) => blocks.some((block) => block.covers(address)) === wanted,
  );
}

/**
 * Reports whether an address is a link-local multicast address. In an IPv6 address, only the scope is
 * compared; the flags may have any value (RFC 4291).
 */
function isLinkLocalMulticast({ address }: Ip): boolean {
  if (address.family === 6) return (address.bits >> 112n & 0xff0fn) === 0xff02n;
  return LINK_LOCAL_MULTICAST_4.covers(address);
}

/** The declarations of the libraries for IP addresses and CIDR blocks. */
export const NETWORK: readonly FunctionDeclaration[] = [
  plain("ip", "string", "net.IP", ip),
  plain("isIP", "string", "bool", (text: string) => parseAddress(text) !== undefined),
  plain(
    "ip.isCanonical",
    "string",
    "bool",
    (text: string) => addressText(ip(text).address) === text,
  ),
  plain("string", "net.IP", "string", (value: Ip) => addressText(value.address)),
  member("family", "net.IP", "int", (value: Ip) => BigInt(value.address.family)),
  among("isUnspecified", IS_UNSPECIFIED),
  among("isLoopback", IS_LOOPBACK),
  member("isLinkLocalMulticast", "net.IP", "bool", isLinkLocalMulticast),
  among("isLinkLocalUnicast", IS_LINK_LOCAL_UNICAST),
  among("isGlobalUnicast", NOT_GLOBAL, false),
  plain("cidr", "string", "net.CIDR", cidr),
  plain("isCIDR", "string", "bool", (text: string) => parseCidr(text) !== undefined),
  plain(
    "string",
    "net.CIDR",
    "string",
    (value: Cidr) => `${addressText(value.address)}/${value.length}`,
  ),
  member("containsIP", ["net.CIDR, string", "net.CIDR, net.IP"], "bool", (
    block: Cidr,
    other: Ip | string,
  ) => block.covers(typeof other === "string" ? contained(other) : other.address)),
  member("containsCIDR", ["net.CIDR, string", "net.CIDR, net.CIDR"], "bool", (
    block: Cidr,
    other: Cidr | string,
  ) => {
    const inner = typeof other === "string" ? cidr(other) : other;
    return block.covers(inner.address) && block.length <= inner.length;
  }),
  member("ip", "net.CIDR", "net.IP", (value: Cidr) => new Ip(value.address)),
  member("masked", "net.CIDR", "net.CIDR", masked),
  member("prefixLength", "net.CIDR", "int", (value: Cidr) => BigInt(value.length)),
];
