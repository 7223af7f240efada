/**
 * Splits the part of a field's definition after the first `|` into markers: `key=value key="quoted value"`.
 */
import type { Report } from "./fault.ts";

/** A marker of a field's definition, with its value unquoted. */
export interface Marker {
  /** The key of the marker, which may be unknown. */
  key: string;
  /** The value of the marker, without quotes. */
  value: string;
  /** The position of the key in the string of all markers, as an offset in UTF-16 units. */
  offset: number;
}

const SPACE = /\p{White_Space}/u;

/** Splits a string into markers. If the string is malformed, reports the fault and returns undefined. */
export function lexMarkers(text: string, report: Report): Marker[] | undefined {
  const fail = (message: string, offset: number, hint?: string): undefined => {
    report({ message, offset, ...(hint && { hint }) });
  };
  const markers: Marker[] = [];
  // The key of the current marker; undefined until its `=` is read.
  let key: string | undefined;
  let buffer = "";
  let start = 0;
  let quoted = false;
  let escaped = false;
  let depth = 0;
  const flush = () => {
    markers.push({ key: key!, value: unquote(buffer), offset: start });
    [key, buffer] = [undefined, ""];
  };

  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    const plain = !quoted && depth === 0;
    if (plain && char === "=" && key === undefined) {
      if (buffer === "") return fail("empty marker key", i);
      [key, buffer] = [buffer, ""];
      continue;
    }
    if (plain && SPACE.test(char)) {
      if (key !== undefined) flush();
      // White space before and inside a key is skipped.
      continue;
    }
    if (key === undefined && buffer === "") start = i;
    buffer += char;
    if (escaped) escaped = false;
    else if (char === '"') quoted = !quoted;
    else if (quoted) escaped = char === "\\";
    else if (char === "{" || char === "[") depth++;
    else if ((char === "}" || char === "]") && --depth < 0) {
      return fail("unmatched bracket: no bracket is open", i);
    }
  }

  if (quoted) return fail("unclosed quote", start);
  if (depth > 0) return fail("unclosed bracket", start);
  if (key === undefined) {
    return fail(`key without value: "${buffer}"`, buffer ? start : text.length, advice());
  }
  flush();
  return markers;

  function advice(): string | undefined {
    if (buffer.startsWith("|")) return "a field has only one '|'; separate markers by spaces";
    if (buffer !== "") return "write key=value; quote a value with spaces";
    return markers.length > 0
      ? "remove the white space after the last marker (a YAML block scalar keeps its newline: use |- or >-)"
      : "remove the '|', or write key=value after it";
  }
}

/** Removes the quotes of a value that starts and ends with a quote, and decodes the escapes `\"` and `\\`. */
function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  return value.slice(1, -1).replace(/\\(["\\])/g, "$1");
}
