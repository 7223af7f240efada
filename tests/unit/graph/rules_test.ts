/**
 * Tests of each rule for RGDs, with an RGD that violates the rule and a similar RGD that does not.
 */
import assert from "node:assert/strict";
import type { CompileOptions } from "../../../src/graph/mod.ts";
import { compiled, configMap, deployment, open, rgd, SPEC } from "./fixtures.ts";

const spec = SPEC;
const cm = configMap("cm");
const data = (value: unknown, id = "cm") => configMap(id, { data: { k: value as string } });
const one = (...resources: unknown[]) => rgd({ spec }, resources);
const status = (fields: Record<string, unknown>) =>
  rgd({ spec, status: fields as never }, [cm, deployment("web")]);
const each = (forEach: unknown, name = "n-${x}", more = {}) => ({
  ...configMap("many", {}, { name }),
  forEach,
  ...more,
});
const external = (metadata: unknown, more = {}) => ({
  id: "ext",
  externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata },
  ...more,
});
const condition = (...conditions: unknown[]) => status({ conditions });
const made = (fields: string) => `\${runtime.newCondition({${fields}})}`;
const omit: CompileOptions = { omit: true };
const dimensions = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ [`x${i}`]: "${schema.spec.names}" }));
const allOf = (n: number) => dimensions(n).map((_, i) => `\${x${i}}`).join("-");
const cluster = (...resources: unknown[]) => rgd({ spec, scope: "Cluster" }, resources);

type Case = [rule: string, code: string, breaks: unknown, keeps: unknown, options?: CompileOptions];
const CASES: Case[] = [
  ["kind is UpperCamelCase", "NAMING", rgd({ kind: "demo" }, []), rgd({ kind: "DEMO1" }, [])],
  ["kind has a usable plural", "NAMING", rgd({ kind: "Dns" }, []), rgd({ kind: "DnsZone" }, [])],
  ["id is not reserved", "NAMING", one(data("x", "item")), one(data("x", "index"))],
  ["id is lower camelCase", "NAMING", one(data("x", "web_app")), one(data("x", "webApp1"))],
  ["id is unique", "NAMING", one(cm, cm), one(cm, configMap("db"))],
  [
    "variable is lower camelCase",
    "NAMING",
    one(each([{ Zone: "${schema.spec.names}" }], "n-${Zone}")),
    one(each([{ zone: "${schema.spec.names}" }], "n-${zone}")),
  ],
  [
    "variable is not reserved",
    "NAMING",
    one(each([{ each: "${schema.spec.names}" }], "n-${each}")),
    one(each([{ key: "${schema.spec.names}" }], "n-${key}")),
  ],
  [
    "variable is not the id of a node",
    "NAMING",
    one(cm, each([{ cm: "${schema.spec.names}" }], "n-${cm}")),
    one(cm, each([{ cn: "${schema.spec.names}" }], "n-${cn}")),
  ],
  [
    "variable is unique",
    "NAMING",
    one(each([{ x: "${schema.spec.names}" }, { x: "${schema.spec.names}" }])),
    one(each([{ x: "${schema.spec.names}" }])),
  ],
  [
    "at most ten dimensions",
    "NAMING",
    one(each(dimensions(11), allOf(11))),
    one(each(dimensions(10), allOf(10))),
  ],
  [
    "the dimension limit can be set",
    "NAMING",
    one(each(dimensions(2), allOf(2))),
    one(each(dimensions(1), allOf(1))),
    { maxDimensions: 1 },
  ],
  [
    "SimpleSchema is valid",
    "SCHEMA",
    rgd({ spec: { size: "int" } }, []),
    rgd({ spec: { size: "integer" } }, []),
  ],
  [
    "types are acyclic",
    "SCHEMA",
    rgd({ types: { A: "B", B: "[]A" } }, []),
    rgd({ types: { A: "B", B: "[]string" } }, []),
  ],
  [
    "types are defined",
    "SCHEMA",
    rgd({ types: { A: "B" } }, []),
    rgd({ types: { A: "B", B: "string" } }, []),
  ],
  ["a resource has a template or an externalRef", "COMBINATION", one({ id: "cm" }), one(cm)],
  [
    "template and externalRef exclude each other",
    "COMBINATION",
    one({ ...external({ name: "a" }), template: cm.template }),
    one(external({ name: "a" })),
  ],
  [
    "externalRef without forEach",
    "COMBINATION",
    one(external({ name: "a" }, { forEach: [{ x: "${schema.spec.names}" }] })),
    one(external({ name: "a" })),
  ],
  [
    "externalRef by name or selector",
    "COMBINATION",
    one(external({})),
    one(external({ selector: {} })),
  ],
  [
    "externalRef not by both name and selector",
    "COMBINATION",
    one(external({ name: "a", selector: {} })),
    one(external({ name: "a" })),
  ],
  [
    "selector is an object or one expression",
    "SHAPE",
    one(external({ selector: "a-${schema.spec.name}" })),
    one(external({ selector: "${schema.spec.free}" })),
  ],
  [
    "selector has known fields",
    "LITERAL",
    one(external({ selector: { matchLabel: {} } })),
    one(external({ selector: { matchLabels: { a: "b" } } })),
  ],
  [
    "selector operator is known",
    "LITERAL",
    one(external({ selector: { matchExpressions: [{ key: "a", operator: "Is" }] } })),
    one(external({ selector: { matchExpressions: [{ key: "a", operator: "Exists" }] } })),
  ],
  [
    "selector values fit the operator",
    "LITERAL",
    one(external({ selector: { matchExpressions: [{ key: "a", operator: "In" }] } })),
    one(
      external({ selector: { matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] } }),
    ),
  ],
  [
    "selector keys are valid label keys",
    "LITERAL",
    one(external({ selector: { matchLabels: { "a b": "c" } } })),
    one(external({ selector: { matchLabels: { "x.y/a": "c" } } })),
  ],
  [
    "selector values are valid label values",
    "LITERAL",
    one(external({ selector: { matchLabels: { a: "b c" } } })),
    one(external({ selector: { matchLabels: { a: "" } } })),
  ],
  [
    "selector labels are strings",
    "TYPE",
    one(external({ selector: { matchLabels: { a: "${schema.spec.count}" } } })),
    one(external({ selector: { matchLabels: { a: "${schema.spec.name}" } } })),
  ],
  [
    "metadata is an object",
    "SHAPE",
    one({ id: "cm", template: { ...cm.template, metadata: "${schema.metadata}" } }),
    one(cm),
  ],
  [
    "apiVersion is a string",
    "SHAPE",
    one({ id: "cm", template: { ...cm.template, apiVersion: 1 } }),
    one(cm),
  ],
  [
    "apiVersion parses",
    "KIND",
    one({ id: "cm", template: { ...cm.template, apiVersion: "a/b/c" } }),
    one(cm),
  ],
  [
    "kind is plain text",
    "KIND",
    one({ id: "cm", template: { ...cm.template, kind: "${schema.spec.name}" } }),
    one(cm),
  ],
  [
    "kind is served",
    "KIND",
    one({ id: "cm", template: { ...cm.template, kind: "ConfigMpa" } }),
    one(cm),
  ],
  [
    "cluster-scoped kind has no namespace",
    "SCOPE",
    one({
      id: "ns",
      template: { apiVersion: "v1", kind: "Namespace", metadata: { name: "a", namespace: "" } },
    }),
    one({ id: "ns", template: { apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } } }),
  ],
  [
    "cluster-scoped instance: a namespaced template sets its namespace",
    "SCOPE",
    cluster(cm),
    cluster(configMap("cm", {}, { namespace: "${schema.spec.name}" })),
  ],
  [
    "cluster-scoped instance: an externalRef by name sets its namespace",
    "SCOPE",
    cluster(external({ name: "a" })),
    cluster(external({ selector: {} })),
  ],
  [
    "labels do not use kro's keys",
    "OWNED",
    one(configMap("cm", {}, { labels: { "kro.run/x": "y" } })),
    one(configMap("cm", {}, { labels: { "my.kro.run/x": "y" } })),
  ],
  [
    "annotations do not use kro's keys",
    "OWNED",
    one(configMap("cm", {}, { annotations: { "internal.kro.run/x": "y" } })),
    one(configMap("cm", {}, { annotations: { x: "y" } })),
  ],
  [
    "field exists",
    "LITERAL",
    one(deployment("web", { replica: 1 })),
    one(deployment("web", { replicas: 1 })),
  ],
  [
    "literal has the right type",
    "LITERAL",
    one(deployment("web", { replicas: "3" })),
    one(deployment("web", { replicas: 3 })),
  ],
  [
    "additionalProperties: true allows no literal fields",
    "LITERAL",
    one(open({ free: { x: 1 } })),
    one(open({ kept: { x: 1 } })),
  ],
  ["map values have the right type", "LITERAL", one(data(5)), one(data("5"))],
  [
    "a string template fits only string fields",
    "LITERAL",
    one(deployment("web", { replicas: "${schema.spec.count}0" })),
    one(deployment("web", { replicas: "${schema.spec.count}" })),
  ],
  ["no nested expression", "EXPR-SYNTAX", one(data("${f(${a})}")), one(data('${"${a}"}'))],
  [
    "readyWhen is standalone",
    "EXPR-SYNTAX",
    one({ ...cm, readyWhen: ["cm.data.k == 'a'"] }),
    one({ ...cm, readyWhen: ["${cm.data.k == 'a'}"] }),
  ],
  [
    "a trailing newline makes an expression a string template",
    "EXPR-SYNTAX",
    one({ ...cm, includeWhen: ["${schema.spec.flag}\n"] }),
    one({ ...cm, includeWhen: ["${schema.spec.flag}"] }),
  ],
  ["CEL parses", "REF", one(data("${schema.spec.name +}")), one(data("${schema.spec.name + 'a'}"))],
  ["an expression is not empty", "REF", one(data("${}")), one(data("$ {}"))],
  [
    "identifiers are known",
    "REF",
    one(data("${nope.x}")),
    one(cm, data("${cm.metadata.name}", "other")),
  ],
  ["functions are known", "REF", one(data("${foo(1)}")), one(data("${string(1)}"))],
  [
    "runtime only in conditions",
    "REF",
    one(data("${runtime.x}")),
    condition("${runtime.newCondition({type: 'A', status: 'True'})}"),
  ],
  ["omit() needs the gate", "GATE", one(data("${omit()}")), one(data("${schema.spec.name}"))],
  [
    "omit() not on the identity",
    "GATE",
    one(configMap("cm", {}, { name: '${schema.spec.flag ? "a" : omit()}' })),
    one(data('${schema.spec.flag ? "a" : omit()}')),
    omit,
  ],
  [
    "each only in readyWhen",
    "GRAPH",
    one(data("${each.x}")),
    one(
      each([{ x: "${schema.spec.names}" }], "n-${x}", {
        readyWhen: ["${each.metadata.name != ''}"],
      }),
    ),
  ],
  [
    "no self reference",
    "GRAPH",
    one(data("${cm.metadata.name}")),
    one({ ...cm, readyWhen: ["${cm.metadata.name != ''}"] }),
  ],
  [
    "no cycle",
    "GRAPH",
    one(data("${b.data.k}", "a"), data("${a.data.k}", "b")),
    one(data("${b.data.k}", "a"), data("x", "b")),
  ],
  [
    "includeWhen counts for cycles",
    "GRAPH",
    one({ ...configMap("a"), includeWhen: ["${b.data.k == 'x'}"] }, data("${a.data.k}", "b")),
    one({ ...configMap("a"), includeWhen: ["${b.data.k == 'x'}"] }, configMap("b")),
  ],
  [
    "every variable is used in the name or namespace",
    "IDENTITY",
    one(each([{ x: "${schema.spec.names}" }, { z: "${schema.spec.names}" }])),
    one(each([{ x: "${schema.spec.names}" }, { z: "${schema.spec.names}" }], "n-${x}-${z}")),
  ],
  [
    "a macro's variable does not count as the dimension",
    "IDENTITY",
    one(each([{ x: "${schema.spec.names}" }], "${schema.spec.names.map(x, x)[0]}")),
    one(each([{ x: "${schema.spec.names}" }], "${schema.spec.names.map(y, x + y)[0]}")),
  ],
  [
    "dimensions are independent",
    "IDENTITY",
    one(each([{ x: "${schema.spec.names}" }, { z: "${[x]}" }], "${x}-${z}")),
    one(each([{ x: "${schema.spec.names}" }, { z: "${schema.spec.names}" }], "${x}-${z}")),
  ],
  [
    "fields of schema exist",
    "TYPE",
    one(data("${schema.spec.nam}")),
    one(data("${schema.spec.name}")),
  ],
  [
    "fields of resources exist, optional or not",
    "TYPE",
    one(cm, data("${cm.?dat}", "b")),
    one(cm, data('${cm.?data.?k.orValue("")}', "b")),
  ],
  [
    "methods exist",
    "TYPE",
    one(data("${schema.spec.name.length()}")),
    one(data("${string(schema.spec.name.size())}")),
  ],
  [
    "operands have one type",
    "TYPE",
    one(deployment("web", { replicas: "${1 + 1.5}" })),
    one(deployment("web", { replicas: "${1 + 1}" })),
  ],
  [
    "expressions in a string template are strings",
    "TYPE",
    one(data("a-${schema.spec.count}")),
    one(data("a-${string(schema.spec.count)}")),
  ],
  [
    "the result fits the field",
    "TYPE",
    one(deployment("web", { replicas: "${schema.spec.name}" })),
    one(deployment("web", { replicas: "${schema.spec.count}" })),
  ],
  [
    "a reference to a collection is a list",
    "TYPE",
    one(each([{ x: "${schema.spec.names}" }]), data("${many.metadata.name}")),
    one(each([{ x: "${schema.spec.names}" }]), data("${many[0].metadata.name}")),
  ],
  [
    "forEach takes a list, not a map",
    "TYPE",
    one(each([{ x: "${schema.spec.labels}" }])),
    one(each([{ x: "${schema.spec.names}" }])),
  ],
  [
    "forEach does not take dyn",
    "TYPE",
    one(each([{ x: "${schema.spec.free.items}" }])),
    one(each([{ x: "${['a']}" }])),
  ],
  [
    "forEach does not take an optional",
    "TYPE",
    one(each([{ x: "${schema.spec.?names}" }])),
    one(each([{ x: "${schema.spec.?names.orValue([])}" }])),
  ],
  [
    "forEach without omit()",
    "TYPE",
    one(each([{ x: "${omit()}" }])),
    one(each([{ x: "${['a']}" }])),
    omit,
  ],
  [
    "includeWhen is boolean",
    "TYPE",
    one({ ...cm, includeWhen: ["${schema.spec.name}"] }),
    one({ ...cm, includeWhen: ["${schema.spec.flag}"] }),
  ],
  [
    "includeWhen is not dyn",
    "TYPE",
    one({ ...cm, includeWhen: ["${schema.spec.free.x}"] }),
    one({ ...cm, includeWhen: ["${schema.spec.free.x == true}"] }),
  ],
  [
    "readyWhen sees only its own node",
    "TYPE",
    one({ ...cm, readyWhen: ["${schema.spec.flag}"] }),
    one({ ...cm, readyWhen: ["${cm.data.k == 'x'}"] }),
  ],
  [
    "readyWhen of a collection sees only each",
    "TYPE",
    one(each([{ x: "${schema.spec.names}" }], "n-${x}", { readyWhen: ["${size(many) > 0}"] })),
    one(each([{ x: "${schema.spec.names}" }], "n-${x}", { readyWhen: ["${each.data.k == 'x'}"] })),
  ],
  [
    "readyWhen without omit()",
    "TYPE",
    one({ ...cm, readyWhen: ["${omit()}"] }),
    one({ ...cm, readyWhen: ["${true}"] }),
    omit,
  ],
  [
    "status leaves are expressions",
    "STATUS",
    status({ phase: "Ready" }),
    status({ phase: "${cm.data.k}" }),
  ],
  [
    "status does not see each",
    "STATUS",
    status({ a: "${each.x}" }),
    status({ a: "${schema.spec.name}" }),
  ],
  [
    "a status field refers to the schema or a node",
    "STATUS",
    status({ a: "${1}" }),
    status({ a: "${schema.spec.count + 1}" }),
  ],
  [
    "expressions in a status string template are strings",
    "STATUS",
    status({ a: "${schema.spec.count}/${schema.spec.count}" }),
    status({ a: "${schema.spec.name}/${schema.spec.name}" }),
  ],
  [
    "status.state is a string",
    "STATUS",
    status({ state: "${schema.spec.count}" }),
    status({ state: "${schema.spec.name}" }),
  ],
  [
    "conditions is a list",
    "STATUS",
    status({ conditions: "${cm.data}" }),
    status({ conditions: [] }),
  ],
  [
    "conditions are strings",
    "STATUS",
    condition(5),
    condition("${runtime.newCondition({type: 'A', status: 'True'})}"),
  ],
  [
    "a condition is standalone",
    "COND",
    condition("x${runtime.newCondition({type: 'A', status: 'True'})}"),
    condition("${runtime.newCondition({type: 'A', status: 'True'})}"),
  ],
  [
    "a condition yields a condition",
    "COND",
    condition("${cm.data.k}"),
    condition("${[runtime.newCondition({type: 'A', status: 'True'})]}"),
  ],
  [
    "a literal status is True, False or Unknown",
    "COND",
    condition(made("type: 'A', status: 'Yes'")),
    condition(made("type: 'A', status: schema.spec.name")),
  ],
  [
    "a literal type is not empty",
    "COND",
    condition(made("status: 'True', type: ''")),
    condition(made("status: 'True', type: \"A, {\"")),
  ],
  [
    "two entries do not declare the same type",
    "COND",
    condition(made("type: 'A', status: 'True'"), made("type: \"A\", status: 'False'")),
    condition(
      `\${schema.spec.flag ? ${made("type: 'A', status: 'True'").slice(2, -1)} : ${
        made("type: 'A', status: 'False'").slice(2, -1)
      }}`,
    ),
  ],
  [
    "conditions do not refer to each other",
    "COND",
    condition(
      made("type: 'A', status: 'True'"),
      made("type: 'B', status: runtime.condition(schema, 'A').status"),
    ),
    condition(made("type: 'B', status: runtime.condition(cm, 'A').status")),
  ],
  [
    "runtime.condition reads only kro's own conditions of the schema",
    "COND",
    condition(made("type: 'B', status: runtime.condition(schema, 'Redy').status")),
    condition(made("type: 'B', status: runtime.condition(schema, 'Ready').status")),
  ],
  [
    "newCondition takes bare known keys",
    "COND",
    condition(made("'type': 'A', status: 'True'")),
    condition(made("type: 'A', status: 'True', message: 'm'")),
  ],
  [
    "CRD templates: expressions only in metadata",
    "EXPR-SYNTAX",
    one({
      id: "crd",
      template: {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "a" },
        spec: { group: "${schema.spec.name}" },
      },
    }),
    one({
      id: "crd",
      template: {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "${schema.spec.name}" },
        spec: { anything: 1 },
      },
    }),
  ],
];

for (const [rule, code, breaks, keeps, options] of CASES) {
  Deno.test(`rule: ${rule} [${code}]`, async () => {
    const kept = await compiled(keeps, options);
    assert.ok(kept.ok, kept.ok ? "" : JSON.stringify(kept.problems));
    const broken = await compiled(breaks, options);
    assert.ok(!broken.ok, "the RGD that breaks the rule compiles, but should have problems");
    assert.deepEqual(
      [...new Set(broken.problems.map((p) => p.code))],
      [code],
      JSON.stringify(broken.problems),
    );
  });
}
