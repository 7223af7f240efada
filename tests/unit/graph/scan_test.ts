import assert from "node:assert/strict";
import fc from "fast-check";
import { scan } from "../../../src/graph/scan.ts";

const EXPRESSIONS: [text: string, form: string, sources: string[]][] = [
  ["${a}", "standalone", ["a"]],
  ["${ a }", "standalone", [" a "]],
  ["${}", "standalone", [""]],
  ['${{"k": {"j": 1}}}', "standalone", ['{"k": {"j": 1}}']],
  ['${"}"}', "standalone", ['"}"']],
  ['${"a\\"}b"}', "standalone", ['"a\\"}b"']],
  ['${"${HOME}"}', "standalone", ['"${HOME}"']],
  [" ${a}", "template", ["a"]],
  ["${a}\n", "template", ["a"]],
  ["$${a}", "template", ["a"]],
  ["\\${a}", "template", ["a"]],
  ["${a}${b}", "template", ["a", "b"]],
  ["p-${x}-${y}", "template", ["x", "y"]],
  ["${'}'}", "template", ["'"]],
  ["${'{'}", "plain", []],
  ["${open", "plain", []],
  ['${r"\\"}', "plain", []],
  ["plain", "plain", []],
  ["", "plain", []],
];

for (const [text, form, sources] of EXPRESSIONS) {
  Deno.test(`scan classifies ${JSON.stringify(text)} as ${form}`, () => {
    const result = scan(text);
    assert.ok(result.ok);
    assert.equal(result.form, form);
    assert.deepEqual(result.parts.flatMap((p) => "source" in p ? [p.source] : []), sources);
  });
}

Deno.test("the parts of a scanned string add up to it, and offsets point at its expressions", () => {
  for (const [text] of EXPRESSIONS) {
    const result = scan(text);
    assert.ok(result.ok);
    const whole = result.parts.map((p) => "literal" in p ? p.literal : `\${${p.source}}`).join("");
    assert.equal(whole, text);
    for (const part of result.parts) {
      if ("source" in part) assert.ok(text.startsWith(part.source, part.offset));
    }
  }
});

for (const [text, at] of [["${f(${x})}", 4], ["${'${x}'}", 3], ["a ${b c ${d}", 8]] as const) {
  Deno.test(`scan refuses the nested expression of ${text} at its offset`, () => {
    const result = scan(text);
    assert.ok(!result.ok);
    assert.equal(result.at, at);
  });
}

/**
 * Returns the sources of the expressions in a string. For each `${`, searches the rest of the string for the
 * closing brace, which is slow but simple. Returns undefined if expressions are nested.
 */
function sourcesBySearch(text: string): string[] | undefined {
  const sources: string[] = [];
  for (let start = text.indexOf("${"); start >= 0; start = text.indexOf("${", start)) {
    let [end, depth, inLiteral] = [-1, 1, false];
    for (let i = start + 2; i < text.length && end < 0; i++) {
      if (inLiteral && text[i] === "\\") i++;
      else if (text[i] === '"') inLiteral = !inLiteral;
      else if (inLiteral) continue;
      else if (text[i] === "{") depth++;
      else if (text[i] === "}") { if (--depth === 0) end = i; }
      else if (text.startsWith("${", i) && text[i - 1] !== '"') return undefined;
    }
    if (end >= 0) sources.push(text.slice(start + 2, end));
    start = end < 0 ? start + 2 : end + 1;
  }
  return sources;
}

Deno.test("scan finds the same expressions after an unclosed ${ as a search that starts anew", () => {
  const pieces = fc.array(fc.constantFrom("${", '"', "{", "}", "\\", "a", "$", '"${'), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(pieces, (list) => {
      const text = `\${"${list.join("")}}`;
      // Each tested text ends with `}`. In other texts, `scan` stops at the first `${` after the last `}`,
      // and would not report nested expressions there.
      const found = scan(text);
      const sources = found.ok
        ? found.parts.flatMap((part) => "source" in part ? [part.source] : [])
        : undefined;
      assert.deepEqual(sources, sourcesBySearch(text));
    }),
    { numRuns: 3_000, seed: 1 },
  );
});

Deno.test("a string with 300,000 unclosed ${ is scanned like a short one", () => {
  for (const count of [3, 300_000]) {
    const found = scan('${"'.repeat(2 * count) + "${a}");
    assert.ok(!found.ok || found.parts.length > 0);
    const closed = scan('${"'.repeat(2 * count + 1) + "${a}");
    assert.deepEqual([found.ok, closed.ok], [
      scan('${"'.repeat(6) + "${a}").ok,
      scan('${"'.repeat(7) + "${a}").ok,
    ]);
  }
});
