/**
 * Checks kro's results for the tests of the CEL specification. The results must equal upstream's recorded
 * results, and kro must pass exactly the tests that passing.txt lists.
 */
import assert from "node:assert/strict";
import { PAGE, pageOf } from "./celspec/page.ts";
import { namesOf, readPassing, standings } from "./celspec/standing.ts";
import { Ours } from "./ours.ts";
import { testArea } from "./testing.ts";

await testArea("celspec", 1700);

const list = await standings(new Ours());

Deno.test("celspec: exactly the cases of passing.txt pass", async () => {
  const listed = await readPassing();
  assert.ok(listed.length >= 1361, `${listed.length} cases are listed`);
  assert.deepEqual(
    namesOf(list),
    listed,
    "when more pass, record them: deno task celspec --record",
  );
});

Deno.test("celspec: upstream also fails each case that kro fails", () => {
  const unexplained = list.flatMap(({ failing }) => failing).filter((f) => !f.asUpstream);
  assert.deepEqual(unexplained.map((f) => f.case.name), []);
});

Deno.test("celspec: README.md is up to date", async () => {
  assert.equal(await Deno.readTextFile(PAGE), pageOf(list), "deno task celspec --record");
});
