/**
 * Converts Secrets to their stored form. The field `stringData` is write-only, so a change of its values by
 * another client could not be detected.
 */
import { isObject, type KubeObject } from "../api/mod.ts";

/**
 * Returns a Secret with `stringData` encoded into `data`, as the API server stores the Secret. A Secret
 * that the API server will refuse, because a value is not a string, is returned unchanged. An object of
 * another kind is returned unchanged too.
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
