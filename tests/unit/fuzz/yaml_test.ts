/** Fuzz test of manifests: any string must be read, or rejected with a UsageError of one line. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseManifests, parseYaml, UsageError } from "../../../src/cli/mod.ts";
import { Positions } from "../../../src/cli/positions.ts";
import { bounded, bytes, holds, mutated } from "./fuzz.ts";

const example = await Deno.readTextFile(
  new URL("../../../deploy/examples/httpbin/rgd.yaml", import.meta.url),
);
const TOKENS = [
  "- ",
  ": ",
  "&a ",
  "*a",
  "!!str ",
  "? ",
  "|\n",
  ">-\n",
  "{",
  "}",
  "[",
  "]",
  "'",
  '"',
  "#",
  "\n",
  "  ",
  "\t",
  "---\n",
  "<<: ",
];

/**
 * Returns the objects of a manifest. Returns undefined if the manifest is rejected with a
 * UsageError of one line.
 */
function read(text: string): unknown[] | undefined {
  try {
    return parseManifests(text, "f");
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    assert.ok(!error.message.includes("\n"), error.message);
    return undefined;
  }
}

Deno.test("mutated and random YAML is read or refused with a one-line UsageError, and locate never throws", () => {
  holds(fc.oneof(mutated([example], TOKENS), bytes), 600, (text) => {
    if (!read(text)) return;
    const positions = new Positions(text);
    for (const path of ["spec.resources[1].template", "", "a[b.c", '["x"].y']) {
      positions.locate(0, [], path, 5);
    }
  });
});

const BOMBS: [string, string][] = [
  ["brackets", "[".repeat(100_000)],
  ["dashes", "- ".repeat(100_000) + "x"],
  ["braces", "{a: ".repeat(100_000)],
  ["indentation", Array.from({ length: 2000 }, (_, i) => " ".repeat(i) + "a:\n").join("")],
  ["aliases that multiply", aliases(12)],
  ["an alias of its own list", "a: &x [*x]\n"],
  ["merges that multiply", merges(1000, 2000)],
  ["an unclosed quote", '"' + "\\\n".repeat(500_000)],
  ["NaN, which JSON lacks", "a: .nan\n"],
  ["code", "a: !!js/function 'x'\n"],
];
for (const [what, text] of BOMBS) {
  Deno.test(`parseYaml refuses with a one-line UsageError: ${what}`, () => {
    bounded(
      what,
      () =>
        assert.throws(() => parseYaml(text, "f"), {
          name: "UsageError",
          message: /^f:[^\n]+$/,
        }),
    );
  });
}

Deno.test("parseYaml reads a megabyte of keys, documents or text", () => {
  const keys = Array.from({ length: 60_000 }, (_, i) => `key-number-${i}: ${i}\n`).join("");
  for (
    const text of [keys, "---\na: 1\n".repeat(100_000), "a: |\n" + "  xxxxxxx\n".repeat(100_000)]
  ) {
    assert.ok(bounded("a megabyte", () => parseYaml(text, "f")).length > 0);
  }
});

function aliases(levels: number): string {
  const more = Array.from(
    { length: levels },
    (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(",")}]\n`,
  );
  return "a0: &a0 [x]\n" + more.join("");
}

function merges(keys: number, uses: number): string {
  const base = Array.from({ length: keys }, (_, i) => `k${i}: 1`).join(",");
  return `a: &a {${base}}\n` + Array.from({ length: uses }, (_, i) => `b${i}: {<<: *a}\n`).join("");
}
