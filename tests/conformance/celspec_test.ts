/** The cases of cel-spec: answered as upstream answers them, and the list of those that pass only grows. */
import assert from "node:assert/strict";
import { PAGE, pageOf } from "./celspec/page.ts";
import { namesOf, readPassing, standings } from "./celspec/standing.ts";
import { Ours } from "./ours.ts";
import { testArea } from "./testing.ts";

await testArea("celspec", 1700);

const list = await standings(new Ours());

Deno.test("celspec: the listed cases pass, and no others", async () => {
  const listed = await readPassing();
  assert.ok(listed.length >= 1361, `${listed.length} cases are listed`);
  assert.deepEqual(
    namesOf(list),
    listed,
    "when more pass, record them: deno task celspec --record",
  );
});

Deno.test("celspec: what does not pass does not pass upstream", () => {
  const unexplained = list.flatMap(({ failing }) => failing).filter((f) => !f.asUpstream);
  assert.deepEqual(unexplained.map((f) => f.case.name), []);
});

Deno.test("celspec: the page says what is so", async () => {
  assert.equal(await Deno.readTextFile(PAGE), pageOf(list), "deno task celspec --record");
});
