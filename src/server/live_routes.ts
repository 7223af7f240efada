/** The paths whose responses are read from the API server. */
import { ApiError, type JsonObject, type ObjectRef, REVISION_KIND } from "../api/mod.ts";
import { revisionViews } from "../controller/mod.ts";
import { unauthenticated } from "./access.ts";
import type { PathRequest, ServerOptions } from "./path_request.ts";
import { json } from "./json.ts";
import { type LiveReader, readLive } from "./live.ts";
import { problem } from "./problem.ts";
import { BadQuery } from "./query.ts";

/** Answers with the instance, or with the object of the instance that the query names. */
export async function liveObject(
  { view, live }: ServerOptions,
  { params, query, authorization }: PathRequest,
): Promise<Response> {
  const { graph, namespace, instance } = params;
  const key = `${namespace === "-" ? "" : namespace}/${instance}`;
  const { node, objectNamespace, object: name } = query;
  if ((node === undefined) !== (name === undefined)) {
    throw new BadQuery("the parameters node and object must be given together");
  }
  const object = name === undefined
    ? undefined
    : { node: node!, namespace: objectNamespace || undefined, name };
  const ref = view.objectRef(graph!, key, object);
  if (!ref) {
    return problem(404, `graph "${graph}" has no such object; see the nodes of the instance`);
  }
  if (!live) return problem(503, "this process cannot read objects of the cluster");
  const template = node && view.definition(graph!)?.nodes.find(({ id }) => id === node)?.template;
  return await read(ref, live, authorization, template || undefined);
}

async function read(
  ref: ObjectRef,
  live: LiveReader,
  authorization: string | null,
  template: JsonObject | undefined,
): Promise<Response> {
  try {
    const found = await readLive(live, ref, authorization, template);
    return found
      ? json(found)
      : problem(404, `${ref.kind.kind} "${ref.name}" does not exist in the cluster`);
  } catch (error) {
    return refusal(error);
  }
}

/** Answers with the revisions of a graph, the newest first. */
export async function liveRevisions(
  { view, live }: ServerOptions,
  { params: { graph }, authorization }: PathRequest,
): Promise<Response> {
  if (!view.graphFacts(graph!)) return problem(404, `no graph "${graph}"; see /graphs`);
  if (!live) return problem(503, "this process cannot read objects of the cluster");
  try {
    const fieldSelector = `spec.snapshot.name=${graph}`;
    const items = await live.list(REVISION_KIND, { fieldSelector }, authorization);
    return json({ items: revisionViews(items, view.graph(graph!)) });
  } catch (error) {
    return refusal(error);
  }
}

/**
 * Returns the response for an error of the API server, or for credentials that kro cannot read. For a forbidden
 * read, the response contains the API server's message, which names the missing permission. Throws any other
 * error, which is a bug.
 */
export function refusal(error: unknown): Response {
  // The room kube, whose client throws ConfigError, cannot be imported here.
  const isConfig = error instanceof Error && error.name === "ConfigError";
  if (!(error instanceof ApiError || isConfig)) throw error;
  if (error instanceof ApiError && error.reason === "Forbidden") return problem(403, error.message);
  if (error instanceof ApiError && error.reason === "Unauthorized") return unauthenticated();
  return problem(503, `the API server does not answer: ${error.message}`);
}
