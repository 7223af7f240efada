/** Splits the text after a field's first `|` into markers: `key=value key="quoted value"`. */
import type { Report } from "./fault.ts";

/** A marker as written, with its value unquoted. */
export interface Marker {
  /** The key, known or not. */
  key: string;
  /** The value. */
  value: string;
  /** The UTF-16 offset of the key in the text. */
  offset: number;
}

const SPACE = /\p{White_Space}/u;

/** The markers of a text; undefined when it is malformed, which is reported. */
export function lexMarkers(text: string, report: Report): Marker[] | undefined {
  const fail = (message: string, offset: number, hint?: string): undefined => {
    report({ message, offset, ...(hint && { hint }) });
  };
  const markers: Marker[] = [];
  let key: string | undefined; // undefined while a key is being read
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
      continue; // white space inside a key is dropped
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

/** Unquotes a value that starts and ends with a quote. Its escapes are `\"` and `\\`. */
function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  return value.slice(1, -1).replace(/\\(["\\])/g, "$1");
}
