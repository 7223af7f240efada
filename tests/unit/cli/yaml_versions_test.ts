/** Tests that kro finds the YAML scalars that YAML 1.1 and YAML 1.2 read differently. */
import assert from "node:assert/strict";
import { ambiguousScalars } from "../../../src/cli/yaml_versions.ts";

const found = (text: string) => ambiguousScalars(text).map(({ text }) => text);

Deno.test("booleans, octals, binaries, base 60 and underscores are ambiguous, as values and as keys", () => {
  const all = "y Y yes n N no on ON off 0o7 -0o17 1:20 22:22 190:20:30 0b11 1_000".split(" ");
  assert.deepEqual(found(all.map((text) => `- ${text}\n`).join("")), all);
  assert.deepEqual(found("{y: 1, a: [off], b: {on: {no: x}}}"), ["y", "off", "on", "no"]);
});

Deno.test("quoted, tagged and other scalars are not ambiguous", () => {
  const all =
    "'on' \"off\" !!str no true False ~ 1 0644 1.5 8080:80 1:60 yEs a:b on-call 0x1F 2026-01-01 _1";
  assert.deepEqual(
    found(
      all.replace("!!str no", "!!str_no").split(" ").map((text) =>
        `- ${text.replace("_no", " no")}\n`
      ).join(""),
    ),
    [],
  );
  assert.deepEqual(found("a: |\n  on\nb: >-\n  1:20\n"), []);
});

Deno.test("an ambiguous scalar has its document and its offset", () => {
  assert.deepEqual(
    ambiguousScalars("a: on\n---\nb: no\n").map(({ document, at }) => [document, at]),
    [[0, 3], [1, 13]],
  );
});
