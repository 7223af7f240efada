/** The names of live objects. */
import { gvkKey, type KubeObject, parseGvk } from "../../api/mod.ts";
import type { ObjectName } from "../../explain/mod.ts";

/** Returns a map key for an object. The key is unique within a cluster. */
export function nameKey({ apiVersion, kind, namespace = "", name }: ObjectName): string {
  const gvk = parseGvk(apiVersion, kind);
  return `${gvk ? gvkKey(gvk) : kind}/${namespace}/${name}`;
}

/** Returns the name of a live object. */
export function nameOf({ apiVersion, kind, metadata }: KubeObject): ObjectName {
  const { namespace, name = "" } = metadata;
  return { apiVersion, kind, ...(namespace && { namespace }), name };
}
