/**
 * Tests that kro rejects an RGD when compiling it, if the id of a node, or a name, a label or other metadata
 * of an object, is invalid for every instance. The problem must contain the path of the faulty field.
 */
import { configMap } from "../fixtures.ts";
import { accepted, long, named, of, one, refused } from "./fixtures.ts";

const job = (spec: object) =>
  one({
    id: "x",
    template: { apiVersion: "batch/v1", kind: "Job", metadata: { name: long(64) }, spec },
  });
const PODS = { template: { spec: { containers: [], restartPolicy: "Never" } } };

refused([
  [
    "an id that is too long for a label",
    one(configMap(long(64), {}, { name: "a" })),
    `node "${
      long(64)
    }": id: the id has 64 characters, but is also the value of the label kro.run/node-id, ` +
    "which holds at most 63; shorten the id [NAMING]",
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
]);

accepted([
  ["an id of 63 characters", one(configMap(long(63), {}, { name: "a" }))],
  [
    "a longer id of an external reference, which gets no labels",
    one({
      id: long(64),
      externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } },
    }),
  ],
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
  [
    "an annotation whose prefix has upper case letters",
    named({
      name: "a",
      annotations: { "Acme.Org/a": "any value" },
    }),
  ],
  ["an Event's name", of("v1", "Event", "A_b.")],
]);
