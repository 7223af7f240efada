/**
 * Checks that a response has the form of an API server's response. A proxy may respond with other JSON, and
 * an aggregated API server with any JSON.
 */
import {
  ApiError,
  apiVersionOf,
  isObject,
  type Json,
  type KindRef,
  type KubeObject,
} from "../api/mod.ts";
import { normalizeMetadata } from "./metadata.ts";
import { type KubeRequest, requestText } from "./request.ts";

/** One page of a list, as an API server returns it. */
export interface Page {
  /** The objects of the page. */
  items: KubeObject[];
  /** The resourceVersion of the list; an empty string when the API server sends no resourceVersion. */
  resourceVersion: string;
  /** The token for the next page; an empty string in the last page. */
  token: string;
}

/**
 * Returns the page of a list in a response. The items get the apiVersion and the kind of `kind`. Throws
 * ApiError when the response is not a list: a proxy may respond with `{}`, which must not be read as an empty
 * list. The generator yields after each item, because an aggregated API server may send a page of 100,000
 * items.
 */
export function* pageIn(
  request: KubeRequest,
  kind: KindRef,
  answer: Json,
): Generator<undefined, Page> {
  const isList = isObject(answer) && typeof answer.kind === "string" &&
    answer.kind.endsWith("List") && (answer.items == null || Array.isArray(answer.items));
  if (!isList) throw badAnswer(request, "not a list");
  const items: KubeObject[] = [];
  for (const item of (answer.items ?? []) as Json[]) {
    if (!normalizeMetadata(item)) throw badAnswer(request, "a list with a malformed object");
    items.push(typed(kind, item as unknown as KubeObject));
    yield;
  }
  const metadata = isObject(answer.metadata) ? answer.metadata : {};
  const { resourceVersion, continue: token } = metadata;
  for (const value of [resourceVersion, token]) {
    if (value != null && typeof value !== "string") {
      throw badAnswer(request, "a list with malformed metadata");
    }
  }
  return {
    items,
    resourceVersion: resourceVersion as string ?? "",
    token: token as string ?? "",
  };
}

/** Returns the object in a response. Throws ApiError when the response is not an object. */
export function objectIn(request: KubeRequest, answer: Json): KubeObject {
  const isGood = isObject(answer) && typeof answer.kind === "string" &&
    answer.kind !== "Status" && normalizeMetadata(answer);
  if (!isGood) throw badAnswer(request, "not an object");
  return answer as unknown as KubeObject;
}

/**
 * Adds apiVersion and kind to an item of a list. The API server leaves both fields out of listed objects. If
 * a request asks for metadata only, each object has the kind PartialObjectMetadata instead of its own kind.
 */
export function typed(kind: KindRef, object: KubeObject): KubeObject {
  return { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind };
}

/**
 * Returns the error for a response that has another form than the response of an API server.
 *
 * @param what A description of the response, which completes the message.
 */
export function badAnswer(request: KubeRequest, what: string, cause?: unknown): ApiError {
  const message = `${requestText(request)}: the answer is ${what}`;
  return new ApiError(message, { reason: "Other", cause });
}
