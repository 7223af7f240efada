// Checks that each listed scenario of upstream's tests has exactly one test that is named after it.
import assert from "node:assert/strict";
import { references } from "../cluster/upstream/references.ts";

const folder = new URL("../cluster/upstream/", import.meta.url);

async function named(): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith("_test.ts")) continue;
    const text = await Deno.readTextFile(new URL(name, folder));
    // A test's name may contain several scenarios, such as `collection:917 / 2297`.
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
