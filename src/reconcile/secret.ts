/**
 * Converts Secrets to their stored form, in which `data` contains the values of `stringData`. The API server
 * never returns `stringData`, so kro could not detect that another client has changed a value.
 */
import { copyOf, define, isObject, type KubeObject } from "../api/mod.ts";

/**
 * Returns a Secret with `stringData` encoded into `data`, as the API server stores the Secret. Returns the
 * object unchanged if it is not a Secret, or if a value is not a string and the API server will refuse the
 * Secret.
 */
export function encodeStringData(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  if (object.apiVersion !== "v1" || object.kind !== "Secret" || !isObject(stringData)) {
    return object;
  }
  const encoder = new TextEncoder();
  const data = isObject(object.data) ? copyOf(object.data) : {};
  for (const key in stringData) {
    const text = stringData[key];
    if (typeof text !== "string") return object;
    define(data, key, encoder.encode(text).toBase64());
  }
  return { ...rest, data } as KubeObject;
}
