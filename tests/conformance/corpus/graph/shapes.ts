/**
 * Test cases of a resource's template: its structure, its kind and scope, and the label and
 * annotation keys that kro reserves.
 */
import type { Json, JsonObject } from "../../../../src/api/mod.ts";
import {
  cases,
  CONFIG_MAP,
  CRD,
  data,
  each,
  external,
  type GraphCase,
  many,
  named,
  NAMESPACE,
  resource,
  rgd,
  SPEC,
  withSpec,
} from "./build.ts";

const template = (fields: JsonObject) => withSpec(resource("cm", CONFIG_MAP, fields));
const without = (field: string) => {
  const { template, ...rest } = data("x") as { template: JsonObject; id: string };
  const { [field]: _, ...others } = template;
  return withSpec({ ...rest, template: others });
};
const cluster = (...resources: Json[]) => rgd({ spec: SPEC, scope: "Cluster" }, resources);
const nested = (levels: number): JsonObject => levels === 0 ? {} : { a: nested(levels - 1) };
const NAMES = [{ x: "${schema.spec.names}" }];

/** The test cases of a resource's template. */
export const shapes: GraphCase[] = [
  ...cases({
    "neither template nor externalRef": withSpec({ id: "cm" }),
    "both template and externalRef": withSpec({ ...data("x"), ...external({ name: "a" }) }),
    "externalRef with forEach": withSpec(external({ name: "a" }, { forEach: NAMES })),
    "externalRef without name and selector": withSpec(external({})),
    "externalRef with both": withSpec(
      external({ name: "a", selector: { matchLabels: { a: "b" } } }),
    ),
    "externalRef by name": withSpec(external({ name: "a" })),
    "externalRef in a namespace": withSpec(
      external({ name: "a", namespace: "${schema.spec.name}" }),
    ),
    "externalRef by expression": withSpec(external({ name: "${schema.spec.name}-x" })),
    "externalRef of an unknown kind": withSpec({
      id: "ext",
      externalRef: { apiVersion: "v1", kind: "Nope", metadata: { name: "a" } },
    }),
    "externalRef of a number": withSpec(external({ name: "${schema.spec.count}" })),
    "externalRef to a cluster-scoped kind": withSpec({
      id: "ext",
      externalRef: { apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } },
    }),
    "externalRef to a cluster-scoped kind in a namespace": withSpec({
      id: "ext",
      externalRef: { apiVersion: "v1", kind: "Namespace", metadata: { name: "a", namespace: "b" } },
    }),
    "no apiVersion": without("apiVersion"),
    "no kind": without("kind"),
    "no metadata": without("metadata"),
    "metadata by expression": template({ metadata: "${schema.metadata}" }),
    "metadata is a list": template({ metadata: [] }),
    "metadata is empty": template({ metadata: {} }),
    "generateName alone": template({ metadata: { generateName: "a-" } }),
    "empty template": withSpec({ id: "cm", template: {} }),
    "label of kro": withSpec(named({ name: "a", labels: { "kro.run/x": "y" } })),
    "label of kro's internals": withSpec(
      named({ name: "a", labels: { "internal.kro.run/x": "y" } }),
    ),
    "label of a subdomain": withSpec(named({ name: "a", labels: { "my.kro.run/x": "y" } })),
    "annotation of kro": withSpec(named({ name: "a", annotations: { "kro.run/x": "y" } })),
    "annotation of a subdomain": withSpec(
      named({ name: "a", annotations: { "a.kro.run/x": "y" } }),
    ),
    "labels by expression": withSpec(named({ name: "a", labels: "${schema.spec.labels}" })),
    "unknown metadata": withSpec(named({ name: "a", label: {} })),
    "namespaced kind elsewhere": withSpec(named({ name: "a", namespace: "other" })),
    "cluster-scoped kind": withSpec(resource("ns", NAMESPACE)),
    "cluster-scoped kind with empty namespace": withSpec(
      resource("ns", NAMESPACE, { metadata: { name: "a", namespace: "" } }),
    ),
    "cluster-scoped kind with null namespace": withSpec(
      resource("ns", NAMESPACE, { metadata: { name: "a", namespace: null } }),
    ),
    "cluster-scoped instance: no namespace": cluster(data("x")),
    "cluster-scoped instance: blank namespace": cluster(named({ name: "a", namespace: " " })),
    "cluster-scoped instance: namespace": cluster(named({ name: "a", namespace: "b" })),
    "cluster-scoped instance: computed namespace": cluster(
      named({ name: "a", namespace: "${schema.spec.name}" }),
    ),
    "cluster-scoped instance: reference without namespace": cluster(external({ name: "a" })),
    "cluster-scoped instance: selector without namespace": cluster(
      external({ selector: { matchLabels: { a: "b" } } }),
    ),
    "cluster-scoped instance: collection without namespace": cluster(many(NAMES)),
    "cluster-scoped instance: cluster-scoped kind": cluster(resource("ns", NAMESPACE)),
    "CRD with literals": withSpec(resource("crd", CRD, { spec: { group: "a.b", anything: [1] } })),
    "CRD nested as deep as is allowed": withSpec(resource("crd", CRD, { spec: nested(120) })),
    "CRD nested deeper": withSpec(resource("crd", CRD, { spec: nested(140) })),
    "CRD with an expression in its metadata": withSpec(
      resource("crd", CRD, { metadata: { name: "${schema.spec.name}" }, spec: { group: "a" } }),
    ),
    "CRD with an expression in its spec": withSpec(
      resource("crd", CRD, { spec: { group: "${schema.spec.name}" } }),
    ),
  }),
  ...each(
    "apiVersion",
    ["v1", "v2", "", "a/b/c", "/v1", "v1/", "apps/v1", "core/v1", "${schema.spec.name}", "V1", 1],
    (apiVersion) => template({ apiVersion }),
  ),
  ...each(
    "kind",
    [
      "ConfigMap",
      "configMap",
      "Configmap",
      "ConfigMpa",
      "",
      "${schema.spec.name}",
      "Config Map",
      5,
    ],
    (kind) => template({ kind }),
  ),
];
