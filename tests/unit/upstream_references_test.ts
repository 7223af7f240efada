// Each scenario of upstream's suites has exactly one test that carries its reference as a name.
import assert from "node:assert/strict";
import { references } from "../cluster/upstream/references.ts";

const folder = new URL("../cluster/upstream/", import.meta.url);

async function named(): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith("_test.ts")) continue;
    const text = await Deno.readTextFile(new URL(name, folder));
    // A title may name several scenarios: `collection:917 / 2297`.
    for (const [, title] of text.matchAll(/\bscenario\(\s*"([^"]+)"/g)) {
      const [first, ...more] = title!.split(" / ");
      found.push(first!, ...more.map((line) => `${first!.split(":")[0]}:${line}`));
    }
  }
  return found.sort();
}

Deno.test("each scenario of the conformance tables has one test named after it", async () => {
  assert.deepEqual(await named(), references().sort());
});
