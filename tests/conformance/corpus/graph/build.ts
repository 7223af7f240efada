/** Functions that build the RGDs of test cases. */
import type { Json, JsonObject } from "../../../../src/api/mod.ts";

/** A test case: its name, the RGD, and whether the feature gate of `omit()` is enabled. */
export interface GraphCase {
  name: string;
  rgd: JsonObject;
  omit?: boolean;
}

/** The instances' spec as SimpleSchema. The expressions of the test cases read its fields. */
export const SPEC: JsonObject = {
  name: "string",
  count: "integer",
  ratio: "float",
  flag: "boolean",
  names: "[]string",
  labels: "map[string]string",
  free: "object",
  pair: { a: "string", b: "integer" },
};

/**
 * Returns an RGD with this schema and these resources. If the schema has no `group` or `scope`, sets the API
 * server's default.
 */
export function rgd(schema: JsonObject, resources: Json[]): JsonObject {
  const defaults = { kind: "Demo", apiVersion: "v1alpha1", group: "kro.run", scope: "Namespaced" };
  return {
    apiVersion: "kro.run/v1alpha1",
    kind: "ResourceGraphDefinition",
    metadata: { name: "demo" },
    spec: { schema: { ...defaults, ...schema }, resources },
  };
}

/** Returns an RGD with the given resources. The spec in its schema is {@link SPEC}. */
export function withSpec(...resources: Json[]): JsonObject {
  return rgd({ spec: SPEC }, resources);
}

/**
 * Returns a resource of an RGD. Its template is an object of this kind with the given `fields`. `more`
 * contains other fields of the resource, such as forEach.
 */
export function resource(
  id: string,
  [apiVersion, kind]: readonly [string, string],
  fields: JsonObject = {},
  more: JsonObject = {},
): JsonObject {
  const template = { apiVersion, kind, metadata: { name: `${id.toLowerCase()}-x` }, ...fields };
  return { id, template, ...more };
}

/** The apiVersion and kind of built-in kinds. */
export const CONFIG_MAP = ["v1", "ConfigMap"] as const;
export const SECRET = ["v1", "Secret"] as const;
export const SERVICE = ["v1", "Service"] as const;
export const NAMESPACE = ["v1", "Namespace"] as const;
export const DEPLOYMENT = ["apps/v1", "Deployment"] as const;
export const CRD = ["apiextensions.k8s.io/v1", "CustomResourceDefinition"] as const;

/** Returns a ConfigMap resource with one data value. */
export function data(value: Json, id = "cm", more: JsonObject = {}): JsonObject {
  return resource(id, CONFIG_MAP, { data: { k: value } }, more);
}

/** Returns a ConfigMap resource with this metadata. */
export function named(metadata: JsonObject, id = "cm"): JsonObject {
  return resource(id, CONFIG_MAP, { metadata });
}

/** Returns a Deployment resource that is valid unless `spec` overrides its fields. */
export function deployment(id: string, spec: JsonObject = {}, more: JsonObject = {}): JsonObject {
  const labels = { app: "demo" };
  const pod = { containers: [{ name: "a", image: "b" }] };
  const sound = {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: pod },
  };
  return resource(id, DEPLOYMENT, { spec: { ...sound, ...spec } }, more);
}

/** Returns a Deployment resource whose only container has these fields. */
export function container(id: string, fields: JsonObject): JsonObject {
  const labels = { app: "demo" };
  const spec = { containers: [{ name: "a", image: "b", ...fields }] };
  return deployment(id, { template: { metadata: { labels }, spec } });
}

/** Returns a resource that is an external reference to ConfigMaps. */
export function external(metadata: Json, more: JsonObject = {}): JsonObject {
  return { id: "ext", externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata }, ...more };
}

/** Returns a resource with forEach, which creates one ConfigMap for each value of `forEach`. */
export function many(forEach: Json, name = "n-${x}", more: JsonObject = {}): JsonObject {
  return { ...named({ name }, "many"), forEach, ...more };
}

/** Returns test cases from a table of names and RGDs. */
export function cases(table: Record<string, JsonObject>, omit = false): GraphCase[] {
  return Object.entries(table).map(([name, rgd]) => ({ name, rgd, ...(omit && { omit }) }));
}

/**
 * Returns one test case for each entry of `list`. The name of a test case is `what`, followed by the entry.
 */
export function each<T extends Json>(
  what: string,
  list: readonly T[],
  build: (entry: T) => JsonObject,
): GraphCase[] {
  const texts = list.every((entry) => typeof entry === "string");
  const text = (entry: T) => texts ? entry : JSON.stringify(entry);
  return list.map((entry) => ({ name: `${what} ${text(entry)}`, rgd: build(entry) }));
}
