/** Tests that a problem's path and offset are converted to the line and column in the YAML file. */
import assert from "node:assert/strict";
import { Positions } from "../../../src/cli/positions.ts";

const TEXT = `# a comment
a: plain text
---
---
list:
  - one
  - two: {flow: [x, yy]}
"a.b": {c: 1}
a:
  b: 2
literal: |
  first

    second \${x}
folded: >
  first
  second
single: 'it''s \${x}'
double: "\\t\\u0041\\\\ \${x}"
anchor: &here
  deep: true
alias: *here
empty:
`;

/**
 * Returns the part of a YAML line that starts at the position of the field `path`, or at this offset in its
 * value.
 */
function textAt(path: string, offset?: number, document = 2): string | undefined {
  const found = new Positions(TEXT).locate(document, [], path, offset);
  return found && TEXT.split("\n")[found.line - 1]!.slice(found.column - 1);
}

Deno.test("a path is located at its key, a list item at itself, and a missing field at its parent", () => {
  const cases: [string, string][] = [
    ["list", "list:"],
    ["list[0]", "one"],
    ["list[1].two.flow[1]", "yy]}"],
    ["list[1].two.none.at.all", "two: {flow: [x, yy]}"],
    ['["a.b"].c', "c: 1}"],
    ["a.b.c", "c: 1}"],
    ["anchor.deep", "deep: true"],
    ["alias.deep", "deep: true"],
    ["alias", "alias: *here"],
    ["empty", "empty:"],
  ];
  for (const [path, expected] of cases) assert.equal(textAt(path), expected, path);
  assert.equal(textAt("a", undefined, 0), "a: plain text");
});

Deno.test("an offset is located at its character in literal, single-quoted and double-quoted values", () => {
  const cases: [string, string][] = [
    ["literal", "first\n\n  second ${x}\n"],
    ["single", "it's ${x}"],
    ["double", "\tA\\ ${x}"],
  ];
  for (const [path, value] of cases) {
    assert.match(textAt(path, value.indexOf("${x}"))!, /^\$\{x\}/, path);
    assert.equal(textAt(path, 0)![0], path === "double" ? "\\" : value[0], path);
  }
  assert.equal(textAt("a", 6, 0), "text");
  assert.equal(
    textAt("folded", 8),
    "first",
    "an offset in a folded value is located at the value's start",
  );
});

Deno.test("each offset has the line and column that counting characters gives", () => {
  const text = "a: 1\n\nb: 2\n";
  const positions = new Positions(text);
  let [line, column] = [1, 1];
  for (let offset = 0; offset <= text.length; offset++) {
    assert.deepEqual(positions.at(offset), { line, column }, `offset ${offset}`);
    [line, column] = text[offset] === "\n" ? [line + 1, 1] : [line, column + 1];
  }
});
