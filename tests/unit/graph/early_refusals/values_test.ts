/**
 * Tests that kro rejects an RGD when compiling it, if an expression is in a key or is not closed, or if a
 * value can never have the type of its field. The problem must contain the path of the faulty field.
 */
import { configMap, deployment, open, rgd, SPEC } from "../fixtures.ts";
import { accepted, named, one, refused } from "./fixtures.ts";

const selected = (selector: unknown) =>
  one({ id: "ext", externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata: { selector } } });
const keyHint = 'make the whole map one expression, such as ${{"a-" + schema.metadata.name: "b"}}';

refused([
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
]);

accepted([
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
]);
