/** Formats objects as the JSON of request bodies. */
import { ApiError, jsonText, type KubeObject } from "../api/mod.ts";
import { type KubeRequest, requestText } from "./request.ts";

/**
 * Returns the JSON of a request body. Throws ApiError with the reason `Invalid` when the value is nested too
 * deeply for JSON.stringify.
 */
export function bodyOf(request: Omit<KubeRequest, "method">, value: unknown): string {
  try {
    return jsonText(value);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const message = `${
      requestText({ ...request, method: "PUT" })
    }: the object is nested too deeply`;
    throw new ApiError(message, { reason: "Invalid", cause });
  }
}

/**
 * Returns the JSON of an object for a write of its status. The API server ignores all other fields in such a
 * write, but mutating admission webhooks may read them, so the JSON normally contains the whole object. If
 * the object is nested too deeply, the JSON contains only the object's identity and status. Throws ApiError
 * when the status itself is nested too deeply.
 */
export function statusBodyOf(request: Omit<KubeRequest, "method">, object: KubeObject): string {
  try {
    return jsonText(object);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const { apiVersion, kind, metadata, status } = object;
    const { name, namespace, uid, resourceVersion } = metadata;
    const identity = { name, namespace, uid, resourceVersion };
    return bodyOf(request, { apiVersion, kind, metadata: identity, status });
  }
}
