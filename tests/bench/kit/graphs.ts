/** The RGDs that the benchmark creates, and their instances. */
import type { JsonObject, KindRef, ResourceGraphDefinition } from "../../../src/api/mod.ts";
import { plural } from "../../../src/graph/mod.ts";

/** The API group of all kinds that the benchmark's RGDs define. */
export const GROUP = "bench.example.com";

/** The namespace of all instances and their objects. */
export const NAMESPACE = "bench";

/** Returns a reference to a namespaced kind of the core API group. */
export const core = (kind: string, plural: string): KindRef => ({
  group: "",
  version: "v1",
  kind,
  plural,
  namespaced: true,
});

/** The kinds of the objects that kro creates for an instance of the RGD {@link five}. */
export const KINDS = {
  ConfigMap: core("ConfigMap", "configmaps"),
  Secret: core("Secret", "secrets"),
  ServiceAccount: core("ServiceAccount", "serviceaccounts"),
  Service: core("Service", "services"),
} as const;

/** Returns a reference to a kind that one of the benchmark's RGDs defines. */
export function instanceKind(kind: string): KindRef {
  const resource = plural(kind.toLowerCase());
  return { group: GROUP, version: "v1alpha1", kind, plural: resource, namespaced: true };
}

/** Returns an instance of a kind that one of the benchmark's RGDs defines. */
export function instance(kind: string, name: string, spec: JsonObject) {
  const metadata = { name, namespace: NAMESPACE };
  return { apiVersion: `${GROUP}/v1alpha1`, kind, metadata, spec };
}

/** Returns an RGD that defines this kind. The RGD's name is the kind in lower case. */
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
 * Returns the RGD that most cases use, with five nodes. ConfigMap b and Secret c depend on
 * ConfigMap a, Service e depends on ConfigMap b, and ServiceAccount d has no dependency.
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

/** The kind of the instances of the RGD that {@link five} returns by default. */
export const FIVE = instanceKind("Five");

/**
 * Returns an RGD with a collection: forEach creates one ConfigMap for each item in the instance's
 * spec.
 */
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
