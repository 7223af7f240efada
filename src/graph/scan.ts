/** Finds `${…}` in a string of an RGD: which text is literal and which is an expression. */

/** A piece of a string: text to keep, or an expression and where its text starts in the string. */
export type Part = { literal: string } | { source: string; offset: number };

/** What a string is made of; `at` is where the fault is. */
export type Scan =
  | { ok: true; form: "plain" | "standalone" | "template"; parts: Part[] }
  | { ok: false; message: string; at: number };

/** Characters looked at before a string with ever more `${` that never close is refused. */
const MAX_STEPS = 20_000_000;

/**
 * Splits a string into its parts. Only `"` opens a literal in which braces do not count; an
 * expression that never closes is literal text.
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
      return { ok: false, message: "there are too many ${ that never close", at: start };
    }
    const end = closingBrace(text, start + 2);
    if (typeof end === "object") {
      return {
        ok: false,
        message: 'an expression may not stand inside another one, except in a "…" literal',
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

/** Index of the brace that ends the expression, -1 without one, or where a nested `${` starts. */
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
