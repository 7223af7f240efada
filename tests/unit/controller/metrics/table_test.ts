/** The tables of `src/controller/metrics/README.md` say what is served: held to the code. */
import assert from "node:assert/strict";
import { Metrics } from "../../../../src/controller/metrics/metrics.ts";
import { nothing } from "./sources.ts";

const README = new URL("../../../../src/controller/metrics/README.md", import.meta.url);

/** Rows of the table below a heading: the cells of each, trimmed. */
async function rows(heading: string): Promise<string[][]> {
  const text = await Deno.readTextFile(README);
  const section = text.split(/^## /m).find((part) => part.startsWith(heading));
  const lines = section?.split("\n").filter((line) => line.startsWith("| `")) ?? [];
  assert.ok(lines.length > 0, heading);
  return lines.map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

/** Name and type of every metric that is registered, sorted. */
async function registered(): Promise<string[]> {
  const metrics = new Metrics();
  metrics.watch({ ...nothing, conditions: () => [] });
  const lines = (await metrics.text()).split("\n").filter((line) => line.startsWith("# TYPE "));
  return lines.map((line) => line.slice("# TYPE ".length)).sort();
}

Deno.test("the tables name every metric that is served, with its type, and no other", async () => {
  const listed = [
    ...await rows("Upstream's metrics that are served"),
    ...await rows("kro's own metrics"),
  ];
  const told = listed.map(([name, type]) => `${name!.replaceAll("`", "")} ${type}`);
  assert.deepEqual(told.sort(), await registered());
});

Deno.test("what the tables call not served is not, and each row says why", async () => {
  const names = (await registered()).map((line) => line.split(" ")[0]!);
  for (const [name, why] of await rows("Upstream's metrics that are not served")) {
    const pattern = new RegExp(`^${name!.replaceAll("`", "").replace("*", ".*")}$`);
    assert.ok(!names.some((one) => pattern.test(one)), name!);
    assert.ok(why, name!);
  }
});
