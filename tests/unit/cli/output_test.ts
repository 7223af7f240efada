/** Tests of tables, output formats and durations, which follow kubectl's style. */
import assert from "node:assert/strict";
import {
  type Output,
  paint,
  parseDuration,
  parseFormat,
  printObjects,
  table,
} from "../../../src/cli/mod.ts";

const output: Output = { out: () => {}, err: () => {}, color: false };

Deno.test("table columns are aligned and lines have no trailing spaces", () => {
  assert.equal(
    table(["NAME", "STATE"], [["a", "ACTIVE"], ["longer", ""]]),
    "NAME     STATE\na        ACTIVE\nlonger\n",
  );
});

Deno.test("parseDuration accepts Go's durations", () => {
  const cases: [string, number][] = [["5m", 300_000], ["1h30m", 5_400_000], ["500ms", 500], [
    "0",
    0,
  ]];
  for (const [text, ms] of cases) assert.equal(parseDuration(text), ms, text);
  for (const bad of ["", "5", "m", "5 m", "-1s", "1d"]) {
    assert.throws(() => parseDuration(bad), { name: "UsageError" }, bad);
  }
});

Deno.test("one object is printed alone, several as a List", () => {
  assert.equal(printObjects([{ a: 1 }], "yaml"), "a: 1\n");
  assert.equal(JSON.parse(printObjects([{ a: 1 }, { b: 2 }], "json")).items.length, 2);
  assert.throws(() => parseFormat("wide"), { name: "UsageError", message: /table, yaml or json/ });
});

Deno.test("states are colored only if color is enabled", () => {
  assert.equal(paint(output, "ACTIVE"), "ACTIVE");
  assert.notEqual(paint({ ...output, color: true }, "ACTIVE"), "ACTIVE");
  assert.equal(paint({ ...output, color: true }, "httpbin"), "httpbin");
});
