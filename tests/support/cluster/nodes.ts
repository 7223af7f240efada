/** Returns nodes for the RGDs of tests. The nodes create small objects of built-in kinds. */
import type { JsonObject } from "../../../src/api/mod.ts";

/** An expression for the instance's name. Most object names in test RGDs begin with this expression. */
export const NAME = "${schema.metadata.name}";

/**
 * Returns a node of an RGD whose object is a ConfigMap. `more` contains other fields of the node, such as
 * includeWhen, readyWhen or forEach.
 */
export function configMap(
  id: string,
  name: string,
  data: JsonObject = {},
  more: JsonObject = {},
): JsonObject {
  const template = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
  return { id, template, ...more };
}

/** Returns a node of an RGD whose object is a Pod. */
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

/** Returns a node of an RGD whose object is a Secret with one key. */
export function secret(id: string, name: string, more: JsonObject = {}): JsonObject {
  const stringData = { password: "x" };
  return {
    id,
    template: { apiVersion: "v1", kind: "Secret", metadata: { name }, stringData },
    ...more,
  };
}

/** Returns a node of an RGD whose object is a ServiceAccount. */
export function serviceAccount(id: string, name: string, more: JsonObject = {}): JsonObject {
  return {
    id,
    template: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } },
    ...more,
  };
}

/** Returns a node of an RGD whose object is a Service. */
export function service(id: string, name: string, more: JsonObject = {}): JsonObject {
  const spec = { selector: { app: "x" }, ports: [{ port: 80 }] };
  return { id, template: { apiVersion: "v1", kind: "Service", metadata: { name }, spec }, ...more };
}

/**
 * Returns a node of an RGD whose object is a Deployment. `spec` overrides fields of the pod template's spec.
 */
export function deployment(
  id: string,
  name: string,
  more: JsonObject = {},
  spec: JsonObject = {},
): JsonObject {
  const template = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name } };
  return { id, template: { ...template, spec: deploymentSpec(1, spec) }, ...more };
}

/** Returns the spec of a Deployment. */
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

/** Returns a copy of the node whose object is in the given namespace. */
export function placed({ template, ...node }: JsonObject, namespace: string): JsonObject {
  const { metadata, ...rest } = template as JsonObject;
  return { ...node, template: { ...rest, metadata: { ...metadata as JsonObject, namespace } } };
}

/**
 * Returns an external node, which only reads ConfigMaps. `metadata` contains their name or a label selector.
 */
export function external(id: string, metadata: JsonObject, more: JsonObject = {}): JsonObject {
  return { id, externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata }, ...more };
}
