/**
 * Tests of the problem that is reported for a kind which another RGD defines but the API server
 * does not serve yet. The problem must state why the kind is not served.
 */
import assert from "node:assert/strict";
import { gvkKey, type Problem, type ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { compile, explainKinds, kindsOf } from "../../../src/graph/mod.ts";
import { buildGraph } from "../../../src/publish/mod.ts";
import { snapshotSource } from "../../../src/openapi/mod.ts";
import { rgd as demo } from "./fixtures.ts";

/**
 * Returns the RGD `name`, which defines the kind `name` in capitals: the RGD `db` defines the kind `DB`.
 * `uses` are the names of other RGDs. For each of them, the RGD has a node of the kind that the other RGD
 * defines.
 */
function rgd(name: string, ...uses: string[]): ResourceGraphDefinition {
  const resources = uses.map((used) => ({
    id: used,
    template: { apiVersion: "kro.run/v1alpha1", kind: used.toUpperCase(), metadata: { name: "x" } },
  }));
  return { ...demo({ kind: name.toUpperCase() }, resources), metadata: { name } };
}

function explained(of: ResourceGraphDefinition, ...others: ResourceGraphDefinition[]): Problem[] {
  const all = [of, ...others];
  const compiled = compile(of, new Map());
  assert.ok(!compiled.ok);
  return explainKinds(
    of,
    compiled.problems,
    new Set(kindsOf(of).map(gvkKey)),
    ({ kind }) => all.find((each) => each.spec!.schema.kind === kind),
  );
}

const texts = (problems: Problem[]) => problems.map(({ message, hint }) => `${message}; ${hint}`);

Deno.test("the problem of a circle of RGDs names all RGDs of the circle", () => {
  const [a, b, c] = [rgd("a", "b"), rgd("b", "d", "c"), rgd("c", "a")];
  assert.deepEqual(texts(explained(a, b, c, rgd("d"))), [
    'the RGD "b" defines B, but needs the kind of this one: a -> b -> c -> a; neither can come first',
  ]);
});

Deno.test("an RGD outside of a circle waits for the RGD that defines the kind", () => {
  const others = [rgd("b", "c"), rgd("c", "d"), rgd("d", "c")];
  assert.deepEqual(texts(explained(rgd("a", "b"), ...others)), [
    'the RGD "b" defines B, which is not served yet; the conditions of that RGD say why',
  ]);
});

Deno.test("an RGD cannot contain its own kind", () => {
  assert.deepEqual(texts(explained(rgd("a", "a"))), [
    "A is the kind that this RGD itself defines; an RGD cannot contain its own kind",
  ]);
});

Deno.test("a kind that no RGD defines keeps its problem", () => {
  const of = rgd("a", "b");
  const compiled = compile(of, new Map());
  assert.deepEqual(explained(of), compiled.ok ? [] : compiled.problems);
});

Deno.test("an RGD that is built against a cluster is told which RGD defines the missing kind", async () => {
  const deps = { schemas: snapshotSource(), definedBy: () => rgd("b") };
  const { problems } = await buildGraph(rgd("a", "b"), deps);
  assert.deepEqual(texts(problems), [
    'the RGD "b" defines B, which is not served yet; the conditions of that RGD say why',
  ]);
});
