/** The path that compares the objects of an instance under two revisions of its graph. */
import type { PathRequest, ServerOptions } from "./path_request.ts";
import { UnknownRevision } from "./explainer.ts";
import { json } from "./json.ts";
import { refusal } from "./live_routes.ts";
import { problem } from "./problem.ts";
import { BadQuery } from "./query.ts";

/** Answers with the differences between the two revisions that the query names. */
export async function compareInstance(
  { explainer }: ServerOptions,
  { params, query, authorization }: PathRequest,
): Promise<Response> {
  const revisions = { from: revisionOf(query.from, "from"), to: revisionOf(query.to, "to") };
  if (!explainer?.compareRevisions) {
    return problem(503, "this process cannot read objects of the cluster");
  }
  const { graph, instance } = params;
  const namespace = params.namespace === "-" ? undefined : params.namespace;
  const at = { ...namespace !== undefined && { namespace }, name: instance! };
  try {
    const found = await explainer.compareRevisions(graph!, at, revisions, authorization);
    if (found) return json(found);
    return problem(404, `graph "${graph}" has no instance "${instance}" in the cluster`);
  } catch (error) {
    if (error instanceof UnknownRevision) return problem(404, error.message);
    return refusal(error);
  }
}

function revisionOf(text: string | undefined, name: string): number {
  if (text === undefined || !/^[1-9]\d{0,14}$/.test(text)) {
    throw new BadQuery(`the parameter ${name} must be the number of a revision`);
  }
  return Number(text);
}
