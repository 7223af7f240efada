/** The graphs that the benchmark publishes, and their instances. */
import type { JsonObject, KindRef, ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { plural } from "../../../src/graph/mod.ts";

/** API group of all kinds that the benchmark publishes. */
export const GROUP = "bench.example.com";

/** Namespace of all instances and their objects. */
export const NAMESPACE = "bench";

/** Returns a namespaced kind of the core group. */
export const core = (kind: string, plural: string): KindRef => ({
  group: "",
  version: "v1",
  kind,
  plural,
  namespaced: true,
});

/** The kinds of the objects that {@link five} creates. */
export const KINDS = {
  ConfigMap: core("ConfigMap", "configmaps"),
  Secret: core("Secret", "secrets"),
  ServiceAccount: core("ServiceAccount", "serviceaccounts"),
  Service: core("Service", "services"),
} as const;

/** Returns the reference of a kind that the benchmark's graphs generate. */
export function instanceKind(kind: string): KindRef {
  const resource = plural(kind.toLowerCase());
  return { group: GROUP, version: "v1alpha1", kind, plural: resource, namespaced: true };
}

/** Returns an instance of a graph's kind. */
export function instance(kind: string, name: string, spec: JsonObject) {
  const metadata = { name, namespace: NAMESPACE };
  return { apiVersion: `${GROUP}/v1alpha1`, kind, metadata, spec };
}

/** Returns an RGD that generates this kind. Its name is the kind in lower case. */
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

/**
 * Returns the graph of most cases: ConfigMap a; ConfigMap b and Secret c, which read a; ServiceAccount d;
 * Service e, which reads b.
 */
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

/** The kind of {@link five} under its default name. */
export const FIVE = instanceKind("Five");

/** Returns a graph whose forEach creates one ConfigMap for each of the instance's items. */
export function collection(kind = "Collection"): ResourceGraphDefinition {
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
