/** Tests of the rules for templates, external references and their literal values. */
import { configMap, deployment, open } from "../fixtures.ts";
import { cluster, cm, data, external, one, testRules } from "./fixtures.ts";

testRules([
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
]);
