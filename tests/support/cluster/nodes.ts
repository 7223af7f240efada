/** Nodes of RGDs: small objects of built-in kinds. */
import type { JsonObject } from "../../../src/api/mod.ts";

/** The instance's name, the first part of most object names. */
export const NAME = "${schema.metadata.name}";

/** A node of a ConfigMap; `more` holds other fields of the node: includeWhen, readyWhen, forEach. */
export function configMap(
  id: string,
  name: string,
  data: JsonObject = {},
  more: JsonObject = {},
): JsonObject {
  const template = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
  return { id, template, ...more };
}

/** A node of a Pod. */
export function pod(
  id: string,
  name: string,
  more: JsonObject = {},
  labels: JsonObject = {},
): JsonObject {
  const spec = { containers: [{ name: "worker", image: "busybox" }] };
  const template = { apiVersion: "v1", kind: "Pod", metadata: { name, labels }, spec };
  return { id, template, ...more };
}

/** A node of a Secret with one key. */
export function secret(id: string, name: string, more: JsonObject = {}): JsonObject {
  const stringData = { password: "x" };
  return {
    id,
    template: { apiVersion: "v1", kind: "Secret", metadata: { name }, stringData },
    ...more,
  };
}

/** A node of a ServiceAccount. */
export function serviceAccount(id: string, name: string, more: JsonObject = {}): JsonObject {
  return {
    id,
    template: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } },
    ...more,
  };
}

/** A node of a Service. */
export function service(id: string, name: string, more: JsonObject = {}): JsonObject {
  const spec = { selector: { app: "x" }, ports: [{ port: 80 }] };
  return { id, template: { apiVersion: "v1", kind: "Service", metadata: { name }, spec }, ...more };
}

/** A node of a Deployment; `spec` overrides fields of the pod template's spec. */
export function deployment(
  id: string,
  name: string,
  more: JsonObject = {},
  spec: JsonObject = {},
): JsonObject {
  const template = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name } };
  return { id, template: { ...template, spec: deploymentSpec(1, spec) }, ...more };
}

/** The spec of a Deployment. */
export function deploymentSpec(replicas: number | string, podSpec: JsonObject = {}): JsonObject {
  return {
    replicas,
    selector: { matchLabels: { app: "x" } },
    template: {
      metadata: { labels: { app: "x" } },
      spec: { containers: [{ name: "web", image: "nginx" }], ...podSpec },
    },
  };
}

/** The same node with its objects in that namespace. */
export function placed({ template, ...node }: JsonObject, namespace: string): JsonObject {
  const { metadata, ...rest } = template as JsonObject;
  return { ...node, template: { ...rest, metadata: { ...metadata as JsonObject, namespace } } };
}

/** A node that references other users' ConfigMaps, by name or by selector. */
export function external(id: string, metadata: JsonObject, more: JsonObject = {}): JsonObject {
  return { id, externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata }, ...more };
}
