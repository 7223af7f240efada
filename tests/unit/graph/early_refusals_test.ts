/**
 * Tests that kro rejects an RGD already when compiling it, if none of its instances could ever work. The
 * problem must contain the path of the faulty field.
 */
import assert from "node:assert/strict";
import { problemText } from "../../../src/api/mod.ts";
import { compiled, configMap, deployment, open, problemsOf, rgd, SPEC } from "./fixtures.ts";

const one = (...resources: unknown[]) => rgd({ spec: SPEC }, resources);
const named = (metadata: object) => one(configMap("cm", {}, metadata as never));
const long = (n: number) => "a".repeat(n);
const selected = (selector: unknown) =>
  one({ id: "ext", externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata: { selector } } });
const of = (apiVersion: string, kind: string, name: string) =>
  one({ id: "x", template: { apiVersion, kind, metadata: { name } } });
const schema = (fields: object) => rgd({ spec: SPEC, ...fields } as never, []);
const column = (fields: object) =>
  schema({
    additionalPrinterColumns: [{ name: "A", type: "string", jsonPath: ".a", ...fields }],
  });
const DNS_1035 = 'must consist of at most 63 lower case letters, digits and "-", start with a ' +
  "letter, and end with a letter or a digit [NAMING]";
const job = (spec: object) =>
  one({
    id: "x",
    template: { apiVersion: "batch/v1", kind: "Job", metadata: { name: long(64) }, spec },
  });
const PODS = { template: { spec: { containers: [], restartPolicy: "Never" } } };
const keyHint = 'make the whole map one expression, such as ${{"a-" + schema.metadata.name: "b"}}';

const REFUSED: [what: string, definition: unknown, ...texts: string[]][] = [
  [
    "an id that is too long for a label",
    one(configMap(long(64), {}, { name: "a" })),
    `node "${
      long(64)
    }": id: the id has 64 characters, but is also the value of the label kro.run/node-id, ` +
    "which holds at most 63; shorten the id [NAMING]",
  ],
  [
    "a group that is too long for a label",
    rgd({ spec: SPEC, group: `${long(60)}.com` }, []),
    "schema.group: the group has 64 characters, but is also the value of the label " +
    "kro.run/instance-group, which holds at most 63 [NAMING]",
  ],
  [
    "a kind whose list kind is too long",
    rgd({ spec: SPEC, kind: `A${long(59)}` }, []),
    "schema.kind: the kind has 60 characters, but at most 59 are allowed [NAMING]",
  ],
  [
    "an RGD's name that is too long for a label",
    { ...one(), metadata: { name: long(64) } },
    "metadata.name has 64 characters, but is also the value of the label " +
    "kro.run/resource-graph-definition-name, which holds at most 63 [NAMING]",
  ],
  [
    "generateName without a name",
    named({ name: undefined, generateName: "x-" }),
    'node "cm": template.metadata.name: must be given: objects are found again by name, so ' +
    "generateName is not supported; such as ${schema.metadata.name}-app [SHAPE]",
  ],
  [
    "no name",
    named({ name: undefined, labels: {} }),
    'node "cm": template.metadata.name: must be given: objects are found again by name; ' +
    "such as ${schema.metadata.name}-app [SHAPE]",
  ],
  [
    "a name whose literal parts are too long",
    named({ name: `${long(200)}-\${schema.spec.name}-${long(100)}` }),
    'node "cm": template.metadata.name: has at least 302 characters, but at most 253 are ' +
    "allowed [LITERAL]",
  ],
  [
    "a name that is too long for its kind",
    of("batch/v1", "CronJob", long(53)),
    'node "x": template.metadata.name: has at least 53 characters, but at most 52 are ' +
    "allowed [LITERAL]",
  ],
  [
    "a Service's name and a namespace that are too long",
    one({
      id: "x",
      template: {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: long(64), namespace: long(65) },
      },
    }),
    'node "x": template.metadata.name: has at least 64 characters, but at most 63 are allowed ' +
    "[LITERAL]",
    'node "x": template.metadata.namespace: has at least 65 characters, but at most 63 are ' +
    "allowed [LITERAL]",
  ],
  [
    "a Namespace's name that is too long",
    of("v1", "Namespace", long(64)),
    'node "x": template.metadata.name: has at least 64 characters, but at most 63 are allowed ' +
    "[LITERAL]",
  ],
  [
    "a label that no instance makes valid",
    named({
      name: "a",
      labels: { "a b": "c", d: "e f", g: `${long(64)}\${schema.spec.name}`, h: long(64) },
    }),
    'node "cm": template.metadata.labels.a b: "a b" is not a label key [LITERAL]',
    'node "cm": template.metadata.labels.d: "e f" is not a label value [LITERAL]',
    'node "cm": template.metadata.labels.g: has at least 64 characters, but at most 63 are ' +
    "allowed [LITERAL]",
    'node "cm": template.metadata.labels.h: has at least 64 characters, but at most 63 are ' +
    "allowed [LITERAL]",
  ],
  [
    "an expression in the key of an annotation",
    named({ name: "a", annotations: { "x.org/route-${schema.spec.name}": "on" } }),
    'node "cm": template.metadata.annotations["x.org/route-${schema.spec.name}"]: ' +
    `x.org/route-\${schema.spec.name}: keys are not evaluated (at offset 12); ${keyHint} ` +
    "[EXPR-SYNTAX]",
  ],
  [
    "an expression in the key of a label",
    named({ name: "a", labels: { "${schema.spec.name}": "on" } }),
    'node "cm": template.metadata.labels["${schema.spec.name}"]: ${schema.spec.name}: ' +
    `keys are not evaluated (at offset 0); ${keyHint} [EXPR-SYNTAX]`,
  ],
  [
    "an expression in a key of a free field",
    one(open({ kept: { a: [{ "b-${schema": 1 }] } })),
    'node "open": template.kept.a[0].b-${schema: b-${schema: keys are not evaluated ' +
    `(at offset 2); ${keyHint} [EXPR-SYNTAX]`,
  ],
  [
    "an expression in a key of a selector",
    selected({ matchLabels: { "${schema.spec.name}": "a" } }),
    'node "ext": externalRef.metadata.selector.matchLabels["${schema.spec.name}"]: ' +
    `\${schema.spec.name}: keys are not evaluated (at offset 0); ${keyHint} [EXPR-SYNTAX]`,
  ],
  [
    "an expression in a key of the status",
    rgd({ spec: SPEC, status: { "${schema.spec.name}": "${schema.spec.name}" } }, []),
    'schema.status["${schema.spec.name}"]: ${schema.spec.name}: keys are not evaluated ' +
    `(at offset 0); ${keyHint} [STATUS]`,
  ],
  [
    "a name with a character that names of the kind cannot contain",
    named({ name: "My_Config-${schema.spec.name}" }),
    'node "cm": template.metadata.name: contains "M", but may contain only lower case letters, ' +
    'digits, "-" and "." [LITERAL]',
  ],
  [
    "a name that cannot be a segment of a path",
    of("acme.io/v1", "Open", "a/b-${schema.spec.name}"),
    'node "x": template.metadata.name: contains "/", which no name may contain [LITERAL]',
  ],
  [
    "a name that ends with a dot",
    named({ name: "a." }),
    'node "cm": template.metadata.name: "a." is not a DNS subdomain (RFC 1123) [LITERAL]',
  ],
  [
    "a Service's name with a dot, and a namespace with an escaped expression",
    one({
      id: "x",
      template: {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "a.b", namespace: "$${schema.spec.name}" },
      },
    }),
    'node "x": template.metadata.name: contains ".", but may contain only lower case letters, ' +
    'digits and "-" [LITERAL]',
    'node "x": template.metadata.namespace: contains "$", but may contain only lower case ' +
    'letters, digits and "-" [LITERAL]',
  ],
  [
    "an unclosed expression in the name of an external reference",
    one({
      id: "x",
      externalRef: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "${schema.spec.name" },
      },
    }),
    'node "x": externalRef.metadata.name: contains "$", but may contain only lower case letters, ' +
    'digits, "-" and "."; close the expression with } [LITERAL]',
  ],
  [
    "invalid labels of a pod template and of a selector",
    one({
      id: "x",
      template: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "a" },
        spec: {
          selector: { matchLabels: { app: "x y" } },
          template: {
            metadata: { labels: { app: "x y", "b c": "${schema.spec.name}" } },
            spec: { containers: [{ name: "c", image: "i" }] },
          },
        },
      },
    }),
    'node "x": template.spec.selector.matchLabels.app: "x y" is not a label value [LITERAL]',
    'node "x": template.spec.template.metadata.labels.app: "x y" is not a label value [LITERAL]',
    'node "x": template.spec.template.metadata.labels.b c: "b c" is not a label key [LITERAL]',
  ],
  [
    "a column of an unknown type and format",
    column({ type: "object", format: "binary" }),
    'schema.additionalPrinterColumns[0].type: "object" is not allowed; use one of boolean, date, ' +
    "integer, number, string [SCHEMA]",
    'schema.additionalPrinterColumns[0].format: "binary" is not allowed; use one of byte, date, ' +
    "date-time, double, float, int32, int64, password [SCHEMA]",
  ],
  [
    "a column without a name and without a type",
    column({ name: "", type: undefined }),
    "schema.additionalPrinterColumns[0].name: is missing [SCHEMA]",
    "schema.additionalPrinterColumns[0].type: is missing; use one of boolean, date, integer, " +
    "number, string [SCHEMA]",
  ],
  [
    "a column whose path is written as in kubectl's templates",
    column({ jsonPath: "{.status.state}" }),
    'schema.additionalPrinterColumns[0].jsonPath: "{.status.state}" must start with a dot, such as ' +
    ".status.state [SCHEMA]",
  ],
  [
    "invalid labels and annotations of the CRD",
    schema({
      metadata: { labels: { "a b": "c", d: "e f" }, annotations: { "a/b/c": "any value" } },
    }),
    'schema.metadata.labels.a b: "a b" is not a label key [SCHEMA]',
    'schema.metadata.labels.d: "e f" is not a label value [SCHEMA]',
    'schema.metadata.annotations.a/b/c: "a/b/c" is not an annotation key [SCHEMA]',
  ],
  [
    "short names and categories that the API server refuses",
    schema({ shortNames: ["ok", "A_b"], categories: ["1a", long(64)] }),
    `schema.shortNames[1]: "A_b" ${DNS_1035}`,
    `schema.categories[0]: "1a" ${DNS_1035}`,
    `schema.categories[1]: "${long(64)}" ${DNS_1035}`,
  ],
  [
    "a version that the CRD of RGDs refuses",
    schema({ apiVersion: "V1.2" }),
    'schema.apiVersion: "V1.2" is not a version; use one such as v1alpha1 or v1 [SCHEMA]',
  ],
  [
    "a group without a dot",
    schema({ group: "apps" }),
    'schema.group: "apps" is not a domain; use one such as apps.example.com [NAMING]',
  ],
  [
    "a group of Kubernetes",
    schema({ group: "a.k8s.io" }),
    "schema.group: the group is reserved for Kubernetes; use another group, or set the annotation " +
    "api-approved.kubernetes.io in schema.metadata.annotations [NAMING]",
  ],
  [
    "a Job's name that is too long for the label of its pods",
    job(PODS),
    'node "x": template.metadata.name: has at least 64 characters, but at most 63 are allowed ' +
    "[LITERAL]",
  ],
  [
    "an annotation that no instance makes valid",
    named({ name: "a", annotations: { "a b": "c" } }),
    'node "cm": template.metadata.annotations.a b: "a b" is not an annotation key [LITERAL]',
  ],
  [
    "managed fields",
    named({ name: "a", managedFields: [] }),
    'node "cm": template.metadata.managedFields: the API server sets this field, and refuses it in ' +
    "an apply; remove the field [OWNED]",
  ],
  [
    "a label with a character that label values cannot contain",
    named({ name: "a", labels: { c: "x y${schema.spec.name}" } }),
    'node "cm": template.metadata.labels.c: contains " ", but may contain only letters, digits, "-", ' +
    '"_" and "." [LITERAL]',
  ],
  [
    "text that is not base64 for bytes",
    one({
      id: "x",
      template: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "a" },
        data: { a: "plain text", b: "YQ", c: "${schema.spec.name" },
      },
    }),
    'node "x": template.data.a: is not base64 [LITERAL]',
    'node "x": template.data.b: is not base64 [LITERAL]',
    'node "x": template.data.c: is not base64; close the expression with } [LITERAL]',
  ],
  [
    "an unclosed expression for matchLabels",
    selected({ matchLabels: "${schema.spec.labels" }),
    'node "ext": externalRef.metadata.selector.matchLabels: must be object, not a string; ' +
    "close the expression with } [LITERAL]",
  ],
  [
    "text before an expression for matchExpressions",
    selected({ matchExpressions: "$${schema.spec.free.list}" }),
    'node "ext": externalRef.metadata.selector.matchExpressions: must be array, not a string ' +
    "template [LITERAL]",
  ],
  [
    "an unclosed expression for an integer",
    one(deployment("web", { replicas: "${schema.spec.count" })),
    'node "web": template.spec.replicas: must be integer, not a string; close the expression ' +
    "with } [LITERAL]",
  ],
  [
    "a malformed expression for an integer, with one problem",
    one(deployment("web", { replicas: "${f(${a})}" })),
    'node "web": template.spec.replicas: ${f(${a})}: expressions cannot be nested, except inside a ' +
    '"…" literal (at offset 4) [EXPR-SYNTAX]',
  ],
  [
    "an unclosed expression in a condition",
    one({ ...configMap("cm"), includeWhen: ["${schema.spec.flag"] }),
    'node "cm": includeWhen[0]: ${schema.spec.flag: must be one standalone expression: ${…}; ' +
    "close the expression with } [EXPR-SYNTAX]",
  ],
];
for (const [what, definition, ...texts] of REFUSED) {
  Deno.test(`refused when compiled: ${what}`, async () => {
    assert.deepEqual((await problemsOf(definition)).map(problemText), texts);
  });
}

const ACCEPTED: [what: string, definition: unknown][] = [
  ["an id of 63 characters", one(configMap(long(63), {}, { name: "a" }))],
  [
    "a longer id of an external reference, which gets no labels",
    one({
      id: long(64),
      externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } },
    }),
  ],
  ["a kind of 59 characters", rgd({ spec: SPEC, kind: `A${long(57)}x` }, [])],
  ["an RGD's name of 63 characters", { ...one(), metadata: { name: long(63) } }],
  ["a name of 253 characters", named({ name: `${long(253)}\${schema.spec.name}` })],
  ["a longer name of a ClusterRole", of("rbac.authorization.k8s.io/v1", "ClusterRole", long(254))],
  ["a CronJob's name of 52 characters", of("batch/v1", "CronJob", long(52))],
  [
    "labels that an instance can make valid",
    named({ name: "a", labels: { a: "", b: long(63), c: "-x_y.${schema.spec.name}" } }),
  ],
  ["a ClusterRole's name", of("rbac.authorization.k8s.io/v1", "ClusterRole", "system:A_b.")],
  ["a name of dots and expressions", named({ name: ".${schema.spec.name}-" })],
  ["a name of a custom kind, which no rule restricts", of("acme.io/v1", "Open", "A_b")],
  ["managed fields that are null", named({ name: "a", managedFields: null })],
  [
    "a uid and a resourceVersion, which an apply may contain as preconditions",
    named({ name: "a", uid: "${schema.metadata.uid}", resourceVersion: "1" }),
  ],
  [
    "a longer name of a PodDisruptionBudget",
    of("policy/v1", "PodDisruptionBudget", `A_${long(300)}`),
  ],
  ["a longer name of a Job with its own selector", job({ ...PODS, manualSelector: true })],
  [
    "a longer name of a Job that may have its own selector",
    job({
      ...PODS,
      manualSelector: "${schema.spec.flag}",
    }),
  ],
  ["a column with a format", column({ type: "integer", format: "int32" })],
  [
    "a group of Kubernetes with an approval",
    schema({
      group: "a.k8s.io",
      metadata: { annotations: { "api-approved.kubernetes.io": "unapproved, a test" } },
    }),
  ],
  [
    "an annotation whose prefix has upper case letters",
    named({
      name: "a",
      annotations: { "Acme.Org/a": "any value" },
    }),
  ],
  ["an Event's name", of("v1", "Event", "A_b.")],
  [
    "base64 for bytes",
    one({
      id: "x",
      template: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "a" },
        data: { a: "", b: "YQ==", c: "YWI=\n", d: "+/+/" },
      },
    }),
  ],
  ["a key with a dollar sign", one(configMap("cm", { data: { "$a{b}": "c" } }))],
];
for (const [what, definition] of ACCEPTED) {
  Deno.test(`compiles: ${what}`, async () => {
    const result = await compiled(definition);
    assert.ok(result.ok, result.ok ? "" : result.problems.map(problemText).join("\n"));
  });
}
