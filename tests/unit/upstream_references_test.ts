// Every scenario of upstream's suites has a test that is named after it, and no test claims another.
import assert from "node:assert/strict";
import { references } from "../cluster/upstream/references.ts";

const folder = new URL("../cluster/upstream/", import.meta.url);

async function named(): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith("_test.ts")) continue;
    const text = await Deno.readTextFile(new URL(name, folder));
    // `collection:917 / 2297` names two.
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
