/**
 * Tests that the time of compiling an RGD grows linearly with the size of the RGD. Each test compares the CPU
 * times of two compilations in the same run. The RGD of eight times the size may take at most 24 times as
 * long. A quadratic compilation would take 64 times as long.
 */
import assert from "node:assert/strict";
import process from "node:process";
import type { JsonObject, ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { compile, kindsOf } from "../../../src/graph/mod.ts";
import { resolveKinds, snapshotSource } from "../../../src/openapi/mod.ts";

const SMALL = 250;
const LARGE = 2_000;
const FACTOR = 24;
/** The CPU time that a compilation may take regardless of the growth, in milliseconds. */
const FLOOR = 100;
const ATTEMPTS = 4;

function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

function entries<T>(count: number, make: (index: number) => T): Record<string, T> {
  return Object.fromEntries(many(count, (i) => [`k${i}`, make(i)]));
}

const configMap = (id: string, data: unknown, more: JsonObject = {}) => ({
  id,
  template: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: id }, data },
  ...more,
});

function rgd(schema: object, resources: unknown[]): ResourceGraphDefinition {
  const spec = {
    schema: { kind: "Large", apiVersion: "v1alpha1", spec: { a: "string" }, ...schema },
    resources,
  };
  const metadata = { name: "large" };
  return { apiVersion: "kro.run/v1alpha1", kind: "ResourceGraphDefinition", metadata, spec } as
    & object
    & ResourceGraphDefinition;
}

const one = [configMap("one", { a: "b" })];
const A = "${schema.spec.a}";

/** RGDs of a given size. The keys describe the parts that grow. */
const GRAPHS: Record<string, (count: number) => ResourceGraphDefinition> = {
  "nodes": (n) => rgd({}, many(n, (i) => configMap(`n${i}`, { a: A }))),
  "nodes in a chain": (n) =>
    rgd({}, many(n, (i) => configMap(`n${i}`, { a: i ? `\${n${i - 1}.data.a}` : A }))),
  "nodes in a cycle": (n) =>
    rgd({}, many(n, (i) => configMap(`n${i}`, { a: `\${n${(i + 1) % n}.data.a}` }))),
  "nodes in many cycles": (n) =>
    rgd({}, many(n, (i) => configMap(`n${i}`, { a: `\${n${i ^ 1}.data.a}` }))),
  "nodes with the same id": (n) => rgd({}, many(n, () => configMap("n", {}))),
  "nodes of unknown kinds": (n) =>
    rgd({}, many(n, (i) => ({ id: `n${i}`, template: { apiVersion: `g${i}/v1`, kind: "K" } }))),
  "nodes with unknown variables": (n) =>
    rgd({}, many(n, (i) => configMap(`n${i}`, { a: `\${nn${i}.data.a}` }))),
  "nodes with readyWhen": (n) =>
    rgd(
      {},
      many(n, (i) => configMap(`n${i}`, {}, { readyWhen: [`\${n${i}.data.a == 'a'}`] })),
    ),
  "nodes with unknown variables in readyWhen": (n) =>
    rgd({}, many(n, (i) => configMap(`n${i}`, {}, { readyWhen: ["${x == 'a'}"] }))),
  "external references": (n) =>
    rgd(
      {},
      many(n, (i) => ({
        id: `n${i}`,
        externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: A } },
      })),
    ),
  "nodes of the same object": (n) =>
    rgd({}, many(n, (i) => ({ ...configMap("one", {}), id: `n${i}` }))),
  "collections with unknown variables": (n) =>
    rgd(
      { spec: { a: "[]string" } },
      many(n, (i) => configMap(`n${i}`, { a: "${x}" }, { forEach: [{ v: A }] })),
    ),
  "collections": (n) =>
    rgd(
      { spec: { a: "[]string" } },
      many(n, (i) => configMap(`n${i}`, {}, { forEach: [{ v: A }] })),
    ),
  "a node that reads all": (n) =>
    rgd({}, [
      ...many(n, (i) => configMap(`n${i}`, {})),
      configMap("all", entries(n, (i) => `\${n${i}.metadata.name}`)),
    ]),
  "expressions of a node": (n) => rgd({}, [configMap("one", entries(n, () => A))]),
  "expressions of a string": (n) => rgd({}, [configMap("one", { a: `${A}-`.repeat(n) })]),
  "unknown variables": (n) => rgd({}, [configMap("one", entries(n, (i) => `\${x${i}.y}`))]),
  "unknown fields": (n) =>
    rgd({}, [{ id: "one", template: { ...one[0]!.template, ...entries(n, () => A) } }]),
  "keys with expressions": (n) =>
    rgd({}, [configMap("one", Object.fromEntries(many(n, (i) => [`\${${i}}`, ""])))]),
  includeWhen: (n) =>
    rgd({}, [configMap("one", {}, { includeWhen: many(n, (i) => `\${schema.spec.a == '${i}'}`) })]),
  readyWhen: (n) =>
    rgd({}, [configMap("one", {}, { readyWhen: many(n, (i) => `\${one.data.a == '${i}'}`) })]),
  forEach: (n) => rgd({}, [configMap("one", {}, { forEach: many(n, (i) => ({ [`v${i}`]: A })) })]),
  "fields of the spec": (n) => rgd({ spec: { a: "string", ...entries(n, () => "string") } }, one),
  "types in a chain": (n) =>
    rgd({
      types: Object.fromEntries(
        many(n, (i) => [`T${i}`, i === n - 1 ? { a: "string" } : { a: `T${i + 1}` }]),
      ),
    }, one),
  "values of an enum": (n) =>
    rgd({ spec: { a: `string | enum="${many(n, (i) => i).join()}"` } }, one),
  "unknown markers": (n) => rgd({ spec: { a: `string | ${"x=1 ".repeat(n)}` } }, one),
  "fields of the status": (n) => rgd({ status: entries(n, () => A) }, one),
  "elements of the status": (n) => rgd({ status: { list: many(n, () => ({ a: A })) } }, one),
  "objects of the status": (n) => rgd({ status: entries(n, () => ({ a: A, b: [A] })) }, one),
  "conditions": (n) =>
    rgd({
      status: {
        conditions: many(
          n,
          (i) => `\${runtime.newCondition({type: 'A${i}', status: 'True', reason: 'B'})}`,
        ),
      },
    }, one),
  "printer columns": (n) =>
    rgd({
      additionalPrinterColumns: many(
        n,
        (i) => ({ name: `c${i}`, type: "string", jsonPath: ".spec.a" }),
      ),
    }, one),
};

for (const [what, make] of Object.entries(GRAPHS)) {
  Deno.test(`the compilation of an RGD with many ${what} takes linear time`, async () => {
    const source = snapshotSource();
    const cpuTime = async (count: number) => {
      const graph = make(count);
      const kinds = await resolveKinds(source, kindsOf(graph));
      const before = process.cpuUsage();
      compile(graph, kinds);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    let [small, large] = [Infinity, Infinity];
    for (let i = 0; i < ATTEMPTS; i++) {
      small = Math.min(small, await cpuTime(SMALL));
      large = Math.min(large, await cpuTime(LARGE));
      if (large <= FLOOR + FACTOR * small) return;
    }
    assert.fail(`${small} ms for ${SMALL}, ${large} ms for ${LARGE}`);
  });
}

Deno.test("at most 100 cycles of dependencies are reported", async () => {
  const graph = GRAPHS["nodes in many cycles"]!(500);
  const compiled = compile(graph, await resolveKinds(snapshotSource(), kindsOf(graph)));
  assert.ok(!compiled.ok);
  assert.equal(compiled.problems.length, 100);
});
