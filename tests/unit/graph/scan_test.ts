import assert from "node:assert/strict";
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
