/** Converts Secrets to their stored form, because drift of the write-only `stringData` is undetectable. */
import { isObject, type KubeObject } from "../api/mod.ts";

/**
 * A Secret with `stringData` encoded into `data`, as the API server stores it. Returns every other object
 * unchanged, and a Secret with a value that is not a string, which the API server refuses.
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
