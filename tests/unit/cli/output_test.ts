/** Tests of tables, output formats and durations, which follow kubectl's style. */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import {
  main,
  type Output,
  paint,
  parseDuration,
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

Deno.test("a table is shortened to the width of the terminal, its widest columns first", () => {
  const header = ["NAME", "STATE", "REASON"];
  const rows = [["corner", "ACTIVE", "x".repeat(60)], ["other", "\x1b[32mReady\x1b[0m", ""]];
  for (const width of [40, 60, 77]) {
    const lines = table(header, rows, width).trimEnd().split("\n");
    // deno-lint-ignore no-control-regex -- the escape character starts each ANSI sequence
    const longest = Math.max(...lines.map((line) => line.replace(/\x1b\[\d+m/g, "").length));
    assert.equal(longest, width);
    assert.match(lines[1]!, /^corner {3}ACTIVE {3}x+…$/);
    assert.match(lines[2]!, /Ready/);
  }
  assert.equal(table(header, rows, 200), table(header, rows));
  const wide = [["a".repeat(30), "b".repeat(30), "c".repeat(30)]];
  assert.equal(table(header, wide, 10).split("\n")[1]!.length, 42, "no column below 12 characters");
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

Deno.test("one object is printed alone, several as a List, without their managed fields", () => {
  const object = (name: string): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, managedFields: [{ manager: "kro" }] },
  });
  const printed = (name: string) => ({ ...object(name), metadata: { name } });
  assert.equal(
    printObjects([object("a")], "yaml"),
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n",
  );
  const list = { apiVersion: "v1", kind: "List", items: [printed("a"), printed("b")] };
  assert.deepEqual(JSON.parse(printObjects([object("a"), object("b")], "json")), list);
});

Deno.test("--no-color turns off colors, before and after the command", async () => {
  for (const args of [["--no-color", "version"], ["version", "--no-color"]]) {
    const colored: Output = { ...output, color: true };
    assert.equal(await main(args, colored), 0);
    assert.equal(colored.color, false, args.join(" "));
  }
});

Deno.test("states are colored only if color is enabled", () => {
  assert.equal(paint(output, "ACTIVE"), "ACTIVE");
  assert.notEqual(paint({ ...output, color: true }, "ACTIVE"), "ACTIVE");
  assert.equal(paint({ ...output, color: true }, "httpbin"), "httpbin");
});
