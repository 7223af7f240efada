/** Tests that the event loop runs while kro compiles a large RGD. */
import assert from "node:assert/strict";
import type { ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { compile, compileSteps, kindsOf } from "../../../src/graph/mod.ts";
import { resolveKinds, snapshotSource } from "../../../src/openapi/mod.ts";
import { inSlices } from "../../../src/kube/slices.ts";
import { TurnCounter } from "../../support/turns.ts";

const NODES = 10;
/** The expressions of a node of {@link rgd}. */
const EXPRESSIONS = 6;

/** Returns an RGD with {@link EXPRESSIONS} in each node, and one in the status and in a condition. */
function rgd(value = "${schema.spec.value}-${schema.spec.value}"): ResourceGraphDefinition {
  const resources = Array.from({ length: NODES }, (_, i) => ({
    id: `n${i}`,
    template: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `\${schema.metadata.name}-${i}` },
      data: { a: "${schema.spec.value}", b: value },
    },
    includeWhen: ["${schema.spec.value != 'x'}"],
    readyWhen: [`\${n${i}.data.a == 'a'}`],
  }));
  const schema = {
    kind: "Large",
    apiVersion: "v1alpha1",
    spec: { value: "string" },
    status: {
      value: "${schema.spec.value}",
      conditions: ["${runtime.newCondition({type: 'A', status: 'True', reason: 'B'})}"],
    },
  };
  return {
    apiVersion: "kro.run/v1alpha1",
    kind: "ResourceGraphDefinition",
    metadata: { name: "large" },
    spec: { schema, resources },
  };
}

Deno.test("a compilation yields after parsing and after checking each expression, and returns the result of compile", async () => {
  const kinds = await resolveKinds(snapshotSource(), kindsOf(rgd()));
  const steps = compileSteps(rgd(), kinds);
  let count = 0;
  let step = steps.next();
  for (; !step.done; step = steps.next()) count++;
  assert.ok(count > 2 * (NODES * EXPRESSIONS + 2), `${count} steps`);
  const whole = compile(rgd(), kinds);
  assert.ok(step.value.ok && whole.ok);
  assert.deepEqual(step.value.graph.crd, whole.graph.crd);
  assert.equal(step.value.graph.hash, whole.graph.hash);
});

/** Returns the number of steps in which an RGD is compiled. */
async function stepsOf(large: ResourceGraphDefinition): Promise<number> {
  const steps = compileSteps(large, await resolveKinds(snapshotSource(), kindsOf(large)));
  let count = 1;
  while (!steps.next().done) count++;
  return count;
}

Deno.test("a compilation yields after every hundredth field of the SimpleSchema", async () => {
  const withFields = (count: number) => {
    const large = rgd();
    const fields = Array.from({ length: count }, (_, i) => [`f${i}`, "string"]);
    large.spec!.schema!.spec = { value: "string", nested: Object.fromEntries(fields) };
    return large;
  };
  assert.equal(await stepsOf(withFields(2_000)) - await stepsOf(withFields(1_000)), 10);
});

Deno.test("a compilation yields after finding the reads of each expression", async () => {
  const withExpressions = (count: number) => {
    const large = rgd();
    const [node] = large.spec!.resources!;
    node!.includeWhen = Array(count).fill("${schema.spec.value != 'x'}");
    node!.readyWhen = Array(count).fill("${n0.data.a == 'a'}");
    return large;
  };
  // An expression is parsed, type-checked, estimated, added to its node, and searched for the fields that it
  // reads.
  const steps = await stepsOf(withExpressions(30)) - await stepsOf(withExpressions(20));
  assert.equal(steps, 2 * 5 * 10);
});

Deno.test("a string with more than 100,000 characters of expressions is refused before they are parsed", async () => {
  const large = rgd("${schema.spec.value}".repeat(6_000));
  const kinds = await resolveKinds(snapshotSource(), kindsOf(large));
  const compiled = compile(large, kinds);
  assert.ok(!compiled.ok);
  assert.deepEqual(
    new Set(compiled.problems.map(({ path, message }) => `${path}: ${message}`)),
    new Set([
      "template.data.b: the expressions of the string are longer than 100000 characters",
    ]),
  );
});

Deno.test("the event loop runs after each slice of 20 ms, and not before", async () => {
  using counter = new TurnCounter();
  let time = 0;
  const seen: number[] = [];
  function* steps() {
    for (let i = 0; i < 8; i++) {
      seen.push(counter.turns);
      time += 10;
      yield;
    }
    return "done";
  }
  assert.equal(await inSlices(steps(), () => time), "done");
  const [first, second, third, fourth] = [0, 2, 4, 6].map((i) => seen[i]!);
  assert.deepEqual([1, 3, 5, 7].map((i) => seen[i]), [first, second, third, fourth]);
  assert.ok(first! < second! && second! < third! && third! < fourth!, seen.join());
});

Deno.test("the error of a step rejects", async () => {
  // deno-lint-ignore require-yield
  function* steps(): Generator<undefined, never> {
    throw new Error("broken");
  }
  await assert.rejects(inSlices(steps()), /broken/);
});
