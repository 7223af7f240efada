/** Splits a string of an RGD into literal text and `${…}` expressions. */

/** A part of a string: literal text, or an expression and its position as an offset in UTF-16 units. */
export type Part = { literal: string } | { source: string; offset: number };

/** The parts of a string, or the message and position of a fault in the string. */
export type Scan =
  | { ok: true; form: "plain" | "standalone" | "template"; parts: Part[] }
  | { ok: false; message: string; at: number };

/**
 * The maximum number of characters that the search for closing braces visits. The limit is needed because
 * the search for each unclosed `${` visits the whole remaining string. Without the limit, a string with
 * many unclosed `${` would take quadratic time.
 */
const MAX_STEPS = 20_000_000;

/**
 * Splits a string into its parts, with the rules of upstream kro. Braces inside of double quotes are not
 * counted, single quotes have no meaning, and an unclosed `${` is literal text.
 */
export function scan(text: string): Scan {
  const parts: Part[] = [];
  const lastBrace = text.lastIndexOf("}");
  let literalFrom = 0;
  let from = 0;
  let steps = 0;
  for (;;) {
    const start = text.indexOf("${", from);
    if (start === -1 || start > lastBrace) break;
    if (steps > MAX_STEPS) {
      return { ok: false, message: "too many ${ without a closing brace", at: start };
    }
    const end = closingBrace(text, start + 2);
    if (typeof end === "object") {
      return {
        ok: false,
        message: 'expressions cannot be nested, except inside a "…" literal',
        at: end.nestedAt,
      };
    }
    if (end === -1) {
      steps += text.length - start;
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
 * Returns the index of the closing brace, -1 when there is no closing brace, or the index of a nested `${`.
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
