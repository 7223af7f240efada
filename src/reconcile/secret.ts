/** Secrets as they are stored: nobody can watch a write-only field. */
import { isObject, type KubeObject } from "../api/mod.ts";

/**
 * A Secret with its `stringData` moved into `data`, as the server would store it. Other objects, and
 * values that the server will refuse, are returned as they are.
 */
export function encodeStringData(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  if (object.apiVersion !== "v1" || object.kind !== "Secret" || !isObject(stringData)) {
    return object;
  }
  const entries = Object.entries(stringData);
  if (!entries.every((e): e is [string, string] => typeof e[1] === "string")) return object;
  const encoded = entries.map(([key, text]) => [key, new TextEncoder().encode(text).toBase64()]);
  const data = isObject(object.data) ? object.data : {};
  return { ...rest, data: { ...data, ...Object.fromEntries(encoded) } } as KubeObject;
}
