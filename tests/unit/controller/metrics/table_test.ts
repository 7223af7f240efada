/**
 * Checks that the tables in `src/controller/metrics/README.md` match the metrics that the
 * controller serves.
 */
import assert from "node:assert/strict";
import { Metrics } from "../../../../src/controller/metrics/metrics.ts";
import { nothing } from "./sources.ts";

const README = new URL("../../../../src/controller/metrics/README.md", import.meta.url);

/** Returns the cells of each row in the table below a heading, without surrounding spaces. */
async function rows(heading: string): Promise<string[][]> {
  const text = await Deno.readTextFile(README);
  const section = text.split(/^## /m).find((part) => part.startsWith(heading));
  const lines = section?.split("\n").filter((line) => line.startsWith("| `")) ?? [];
  assert.ok(lines.length > 0, heading);
  return lines.map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

/** Returns the names and types of all registered metrics as sorted strings "name type". */
async function registered(): Promise<string[]> {
  const metrics = new Metrics();
  const observer = { counts: () => [], graphCounts: () => ({ graphs: 0, differing: 0 }) };
  metrics.watch({ ...nothing, conditions: () => [], observer });
  const lines = (await metrics.text()).split("\n").filter((line) => line.startsWith("# TYPE "));
  return lines.map((line) => line.slice("# TYPE ".length)).sort();
}

Deno.test("the tables of served metrics list exactly the registered ones, with their types", async () => {
  const listed = [
    ...await rows("Metrics of upstream that kro serves"),
    ...await rows("kro's own metrics"),
  ];
  const documented = listed.map(([name, type]) => `${name!.replaceAll("`", "")} ${type}`);
  assert.deepEqual(documented.sort(), await registered());
});

Deno.test("metrics listed as not served are not registered, and each has a reason", async () => {
  const names = (await registered()).map((line) => line.split(" ")[0]!);
  for (const [name, reason] of await rows("Metrics of upstream that kro does not serve")) {
    const pattern = new RegExp(`^${name!.replaceAll("`", "").replace("*", ".*")}$`);
    assert.ok(!names.some((one) => pattern.test(one)), name!);
    assert.ok(reason, name!);
  }
});
