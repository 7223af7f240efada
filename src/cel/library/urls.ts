/**
 * Kubernetes' URL library, which parses URLs with the rules of Go's `url.ParseRequestURI`. A string must be
 * an absolute URL or an absolute path.
 */
import { fail } from "../value/error.ts";
import { ComputedMap } from "../value/maps.ts";
import type { Meter } from "../value/meter.ts";
import { ListValue, Opaque, type Value } from "../value/values.ts";
import { type FunctionDeclaration, member, plain } from "./declare.ts";
import { decodeUtf8, encodeUtf8 } from "./text.ts";

const TYPE = "kubernetes.URL";
// deno-lint-ignore no-control-regex -- control characters are refused
const CONTROL = /[\x00-\x1f\x7f]/;
const USERINFO = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
// deno-lint-ignore no-control-regex -- excludes ASCII, so that all other characters match
const HOST = /^(?:[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]|[^\x00-\x7f])*$/;
const VALID_PATH = /^[A-Za-z0-9\-_.~!$&'()*+,;=:@[\]%/]*$/;
const KEPT_IN_PATH = /[A-Za-z0-9\-_.~$&+,/:;=@]/;

/**
 * A CEL value of type kubernetes.URL. The scheme is stored in lower case, and the other parts as they are
 * written.
 */
class Url extends Opaque {
  readonly typeName = TYPE;

  constructor(
    readonly scheme: string,
    readonly user: string,
    readonly host: string,
    readonly path: string,
    readonly query: string,
    readonly fragment: string,
  ) {
    super();
  }

  /** The number of characters of all parts of the URL together. */
  override get characters(): number {
    return [this.user, this.host, this.path, this.query, this.fragment]
      .reduce((all, part) => all + part.length, this.scheme.length);
  }

  override equals(other: Opaque): boolean {
    const parts = ["scheme", "user", "host", "path", "query", "fragment"] as const;
    return other instanceof Url && parts.every((part) => other[part] === this[part]);
  }
}

/**
 * Decodes percent escapes such as `a%20b`. Returns undefined when an escape is malformed or when the result
 * is not UTF-8.
 */
function unescape(text: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const bytes: number[] = [];
  for (const part of text.match(/%..|[^%]+/gs) ?? []) {
    if (part.startsWith("%")) bytes.push(parseInt(part.slice(1), 16));
    else for (const byte of encodeUtf8(part)) bytes.push(byte);
  }
  return decodeUtf8(Uint8Array.from(bytes));
}

/**
 * Parses a URL. Returns undefined when the URL is malformed. Upstream kro first parses the string as a
 * request URI, in which `#` is an ordinary character, and then splits off the fragment. The URL must be
 * valid in both steps.
 */
function parse(text: string): Url | undefined {
  return read(text, /^([^?]*)(?:\?(.*))?$/s) && read(text, /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s);
}

function read(text: string, parts: RegExp): Url | undefined {
  if (text === "" || CONTROL.test(text) || text.startsWith(":")) return undefined;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1] ?? "";
  const all = scheme === "" ? text : text.slice(scheme.length + 1);
  if (scheme === "" && !all.startsWith("/")) return undefined;
  const [, rest = "", query = "", fragment = ""] = parts.exec(all) ?? [];
  if (unescape(fragment) === undefined) return undefined;
  // A URL such as mailto:a@b has no authority and no path.
  if (!rest.startsWith("/")) return new Url(scheme.toLowerCase(), "", "", "", query, fragment);
  const authority = scheme === "" && rest.startsWith("///")
    ? undefined
    : /^\/\/([^/]*)/.exec(rest)?.[1];
  const path = authority === undefined ? rest : rest.slice(authority.length + 2);
  if (unescape(path) === undefined) return undefined;
  const split = (authority ?? "").lastIndexOf("@");
  const user = (authority ?? "").slice(0, Math.max(split, 0));
  const host = (authority ?? "").slice(split + 1);
  if (!USERINFO.test(user) || unescape(user) === undefined || !isHost(host)) return undefined;
  return new Url(scheme.toLowerCase(), user, host, path, query, fragment);
}

function isHost(host: string): boolean {
  const bracketed = /^\[([^\]]*)\](.*)$/s.exec(host);
  const port = bracketed ? bracketed[2] ?? "" : /:.*$/s.exec(host)?.[0] ?? "";
  return HOST.test(host) && /^(?::\d*)?$/.test(port) &&
    (bracketed !== null || !host.startsWith("["));
}

function escapedPath({ path }: Url): string {
  if (VALID_PATH.test(path)) return path;
  const bytes = encodeUtf8(unescape(path) ?? path);
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    return byte < 0x80 && KEPT_IN_PATH.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

function query(url: Url, meter: Meter): Value {
  const found = new Map<string, string[]>();
  for (const part of url.query.split("&")) {
    if (part === "" || part.includes(";")) continue;
    const [, name = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(part) ?? [];
    const key = unescape(name.replaceAll("+", " "));
    const text = unescape(value.replaceAll("+", " "));
    if (key === undefined || text === undefined) continue;
    const known = found.get(key);
    if (known) known.push(text);
    else found.set(key, [text]);
  }
  const entries = [...found].map(([key, values]) => [key, ListValue.of(values)] as const);
  return ComputedMap.of(entries, meter);
}

/**
 * Returns the host and the port of a URL. The brackets around an IPv6 address are removed, and the port may
 * be empty.
 */
function hostAndPort({ host }: Url): readonly [string, string] {
  const [, name = host, port = ""] = /^(.*):(\d*)$/s.exec(host) ?? [];
  return [/^\[(.*)\]$/s.exec(name)?.[1] ?? name, port];
}

function url(text: string): Value {
  return parse(text) ?? fail("conversion", "url(): the text is not a valid absolute URL");
}

/** The declarations of the URL library. */
export const URLS: readonly FunctionDeclaration[] = [
  plain("url", "string", TYPE, url),
  plain("isURL", "string", "bool", (text: string) => parse(text) !== undefined),
  member("getScheme", TYPE, "string", ({ scheme }: Url) => scheme),
  member("getHost", TYPE, "string", ({ host }: Url) => host),
  member("getHostname", TYPE, "string", (value: Url) => hostAndPort(value)[0]),
  member("getPort", TYPE, "string", (value: Url) => hostAndPort(value)[1]),
  member("getEscapedPath", TYPE, "string", escapedPath),
  member("getQuery", TYPE, "map(string, list(string))", query),
];
