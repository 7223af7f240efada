/**
 * Fuzz test of RGDs: any JSON value must compile to a graph, or to problems that can be printed.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { problemText, type ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { parseYaml, UsageError } from "../../../src/cli/mod.ts";
import { type Compilation, compile, kindsOf } from "../../../src/graph/mod.ts";
import { resolveKinds, snapshotSource } from "../../../src/openapi/mod.ts";
import { bounded, holds, mutated } from "./fuzz.ts";

const example = await Deno.readTextFile(
  new URL("../../../deploy/examples/httpbin/rgd.yaml", import.meta.url),
);
const kinds = await resolveKinds(
  snapshotSource(),
  [
    { group: "apps", version: "v1", kind: "Deployment" },
    { group: "", version: "v1", kind: "Service" },
    { group: "", version: "v1", kind: "ServiceAccount" },
    { group: "", version: "v1", kind: "ConfigMap" },
  ],
);

/** Compiles any value as an RGD. Asserts that the message of each problem has a limited length. */
function compiled(rgd: unknown): Compilation {
  kindsOf(rgd as ResourceGraphDefinition);
  const result = compile(rgd as ResourceGraphDefinition, kinds);
  if (!result.ok) {
    assert.ok(result.problems.length > 0);
    const text = result.problems.map(problemText).join("\n");
    assert.ok(text.length < 5_000_000, `${text.length} characters of problems`);
  }
  return result;
}

Deno.test("compiling a mutated example RGD never throws", () => {
  const tokens = [
    "${",
    "}",
    "schema",
    ".",
    ": ",
    "- ",
    "  ",
    "null",
    "[]",
    "{}",
    "'",
    "1",
    "spec",
    "__proto__",
    "forEach",
    "externalRef",
  ];
  let parsed = 0;
  holds(mutated([example], tokens), 250, (text) => {
    let documents: unknown[];
    try {
      documents = parseYaml(text, "f");
    } catch (error) {
      if (error instanceof UsageError) return;
      throw error;
    }
    parsed += 1;
    documents.forEach(compiled);
  });
  assert.ok(parsed > 50, `only ${parsed} inputs reached the compiler`);
});

Deno.test("compiling any JSON as an RGD never throws", () => {
  const key = fc.constantFrom(
    ...["spec", "schema", "kind", "apiVersion", "group", "scope", "types", "status", "conditions"],
    ...["resources", "id", "template", "externalRef", "metadata", "name", "selector", "readyWhen"],
    ...["includeWhen", "forEach", "additionalPrinterColumns", "__proto__", "constructor"],
  );
  const text = fc.constantFrom(
    "A",
    "v1",
    "ConfigMap",
    "a",
    "${a.b}",
    "${schema.spec.x}",
    "string | default=1",
    "",
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "medium" },
      text,
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 5 }),
    ),
  }));
  holds(value, 1500, (spec) => void compiled({ metadata: { name: "x" }, spec }));
});

const schema = { kind: "A", apiVersion: "v1alpha1", spec: { n: "integer" } };
const configMap = (id: string, data: unknown) => ({
  id,
  template: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: id }, data },
});
const many = <T>(count: number, make: (i: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));

const BOMBS: [string, unknown][] = [
  ["no spec", {}],
  ["spec: null", { spec: null }],
  ["a spec that is a list", { spec: [] }],
  ["a megabyte of expression", {
    spec: { schema, resources: [configMap("c", { a: "${" + "n+".repeat(500_000) + "n}" })] },
  }],
  ["a hundred thousand markers", {
    spec: { schema: { ...schema, spec: { a: "string |" + " a=b".repeat(100_000) } } },
  }],
  ["five thousand invalid nodes", {
    spec: { schema, resources: many(5000, (i) => configMap(`c${i}`, { a: "${nobody}" })) },
  }],
  ["twenty thousand invalid fields", {
    spec: {
      schema,
      resources: [configMap("c", Object.fromEntries(many(20_000, (i) => [`k${i}`, 1])))],
    },
  }],
  ["a template of ten thousand parts", {
    spec: { schema, resources: [configMap("c", { a: "x${schema.spec.n}".repeat(10_000) })] },
  }],
  ["a cycle of two thousand nodes", {
    spec: {
      schema,
      resources: many(2000, (i) => configMap(`c${i}`, { a: `\${c${(i + 1) % 2000}.data.a}` })),
    },
  }],
  ["a thousand dimensions", {
    spec: {
      schema,
      resources: [{ ...configMap("c", {}), forEach: many(1000, (i) => ({ [`v${i}`]: "${[1]}" })) }],
    },
  }],
];
for (const [what, rgd] of BOMBS) {
  Deno.test(`compile refuses an RGD within the time limit: ${what}`, () => {
    assert.ok(!bounded(what, () => compiled(rgd)).ok);
  });
}

Deno.test("a chain of two thousand nodes compiles", () => {
  const resources = many(
    2000,
    (i) => configMap(`c${i}`, i === 0 ? {} : { a: `\${c${i - 1}.metadata.name}` }),
  );
  const result = bounded(
    "a chain",
    () => compiled({ metadata: { name: "x" }, spec: { schema, resources } }),
  );
  assert.ok(result.ok, result.ok ? "" : problemText(result.problems[0]!));
});
