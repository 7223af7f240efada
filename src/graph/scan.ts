/** Splits a string of an RGD into literal text and `${…}` expressions. */

/** A part of a string: literal text, or an expression and its position as an offset in UTF-16 units. */
export type Part = { literal: string } | { source: string; offset: number };

/** The parts of a string, or the message and position of a fault in the string. */
export type Scan =
  | { ok: true; form: "plain" | "standalone" | "template"; parts: Part[] }
  | { ok: false; message: string; at: number };

/**
 * Splits a string into its parts, with the rules of upstream kro. Braces inside of double quotes are not
 * counted, single quotes have no meaning, and an unclosed `${` is literal text.
 */
export function scan(text: string): Scan {
  const parts: Part[] = [];
  const lastBrace = text.lastIndexOf("}");
  let literalFrom = 0;
  let from = 0;
  let ends: Int32Array | undefined;
  for (;;) {
    const start = text.indexOf("${", from);
    if (start === -1 || start > lastBrace) break;
    const end = ends ? endFrom(ends, start + 2) : closingBrace(text, start + 2);
    if (typeof end === "object") {
      return {
        ok: false,
        message: 'expressions cannot be nested, except inside a "…" literal',
        at: end.nestedAt,
      };
    }
    if (end === -1) {
      // The search has visited the rest of the string and found no closing brace. Repeating the search for
      // each further `${` could take quadratic time. `closingBraces` finds the closing braces for all
      // positions at once.
      ends ??= closingBraces(text);
      from = start + 2;
      continue;
    }
    if (start > literalFrom) parts.push({ literal: text.slice(literalFrom, start) });
    parts.push({ source: text.slice(start + 2, end), offset: start + 2 });
    from = literalFrom = end + 1;
  }
  if (parts.length === 0) return { ok: true, form: "plain", parts: [{ literal: text }] };
  if (literalFrom < text.length) parts.push({ literal: text.slice(literalFrom) });
  const standalone = parts.length === 1;
  return { ok: true, form: standalone ? "standalone" : "template", parts };
}

/**
 * Returns the index of the closing brace, -1 when the brace is missing, or the index of a nested `${`.
 */
function closingBrace(text: string, from: number): number | { nestedAt: number } {
  let depth = 1;
  let inLiteral = false;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (inLiteral && c === "\\") i++;
    else if (c === '"') inLiteral = !inLiteral;
    else if (inLiteral) continue;
    else if (c === "{") depth++;
    else if (c === "}" && --depth === 0) return i;
    else if (c === "$" && text[i + 1] === "{" && text[i - 1] !== '"') return { nestedAt: i };
  }
  return -1;
}

/** The entry in the result of {@link closingBraces} for an index that no closing brace follows. */
const UNCLOSED = -1;

/**
 * Returns the result of {@link closingBrace} for each index of the string, computed from the end of the
 * string to its start. A nested `${` at index i is encoded as `-2 - i`.
 */
function closingBraces(text: string): Int32Array {
  const { length } = text;
  const outside = new Int32Array(length + 2).fill(UNCLOSED);
  const inLiteral = new Int32Array(length + 2).fill(UNCLOSED);
  for (let i = length - 1; i >= 0; i--) {
    const c = text[i];
    inLiteral[i] = c === "\\" ? inLiteral[i + 2]! : c === '"' ? outside[i + 1]! : inLiteral[i + 1]!;
    if (c === '"') outside[i] = inLiteral[i + 1]!;
    else if (c === "}") outside[i] = i;
    else if (c === "{") {
      const inner = outside[i + 1]!;
      outside[i] = inner < 0 ? inner : outside[inner + 1]!;
    } else {
      const nested = c === "$" && text[i + 1] === "{" && text[i - 1] !== '"';
      outside[i] = nested ? -2 - i : outside[i + 1]!;
    }
  }
  return outside;
}

function endFrom(ends: Int32Array, from: number): ReturnType<typeof closingBrace> {
  const end = ends[from] ?? UNCLOSED;
  return end < UNCLOSED ? { nestedAt: -2 - end } : end;
}
