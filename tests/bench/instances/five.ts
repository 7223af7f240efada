/** The graph of all figures: five objects, two of which read the first, one that reads the second. */
import type { JsonObject, KindRef, ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { plural } from "../../../src/graph/mod.ts";

/** Group of all kinds of the benchmark. */
export const GROUP = "bench.example.com";

/** Namespace of everything. */
export const NAMESPACE = "bench";

/** A kind of Kubernetes' own. */
const core = (kind: string, plural: string): KindRef => ({
  group: "",
  version: "v1",
  kind,
  plural,
  namespaced: true,
});

/** The kinds of the five objects. */
export const KINDS = {
  ConfigMap: core("ConfigMap", "configmaps"),
  Secret: core("Secret", "secrets"),
  ServiceAccount: core("ServiceAccount", "serviceaccounts"),
  Service: core("Service", "services"),
} as const;

/** The kind that the graph serves. */
export function instanceKind(kind: string): KindRef {
  const resource = plural(kind.toLowerCase());
  return { group: GROUP, version: "v1alpha1", kind, plural: resource, namespaced: true };
}

/** An instance of it. */
export function instance(kind: string, name: string, spec: JsonObject) {
  const metadata = { name, namespace: NAMESPACE };
  return { apiVersion: `${GROUP}/v1alpha1`, kind, metadata, spec };
}

/** A graph of the group. */
export function rgd(
  kind: string,
  schema: JsonObject,
  resources: JsonObject[],
): ResourceGraphDefinition {
  return {
    apiVersion: "kro.run/v1alpha1",
    kind: "ResourceGraphDefinition",
    metadata: { name: kind.toLowerCase() },
    spec: { schema: { apiVersion: "v1alpha1", group: GROUP, kind, ...schema }, resources },
  } as unknown as ResourceGraphDefinition;
}

const named = (node: string) => ({ name: `\${schema.metadata.name}-${node}` });

/** ConfigMap a; ConfigMap b and Secret c that read a; ServiceAccount d; Service e that reads b. */
export function five(kind = "Five"): ResourceGraphDefinition {
  const schema = {
    spec: { value: "string" },
    status: { value: "${a.data.value}", address: "${e.spec.clusterIP}" },
  };
  const node = (id: string, of: keyof typeof KINDS, fields: JsonObject = {}) => ({
    id,
    template: { apiVersion: "v1", kind: of, metadata: named(id), ...fields },
  });
  return rgd(kind, schema, [
    node("a", "ConfigMap", { data: { value: "${schema.spec.value}" } }),
    node("b", "ConfigMap", { data: { value: "${a.data.value}" } }),
    node("c", "Secret", { stringData: { value: "${a.data.value}" } }),
    node("d", "ServiceAccount"),
    node("e", "Service", {
      spec: { selector: { app: "${b.data.value}" }, ports: [{ port: 80 }] },
    }),
  ]);
}

/** A forEach over so many items as the instance says. */
export function many(kind = "Many"): ResourceGraphDefinition {
  return rgd(kind, { spec: { items: "[]string" } }, [{
    id: "entries",
    forEach: [{ part: "${schema.spec.items}" }],
    template: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "${schema.metadata.name}-${part}" },
      data: { value: "${part}" },
    },
  }]);
}
