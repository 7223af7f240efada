/** The path that explains an instance, a node or a field. */
import { UnknownSubject } from "../explain/mod.ts";
import type { PathRequest, ServerOptions } from "./path_request.ts";
import { json } from "./json.ts";
import { refusal } from "./live_routes.ts";
import { problem } from "./problem.ts";

/** Answers with the explanation of an instance, or of the node and the field that the query names. */
export async function whyInstance(
  { explainer }: ServerOptions,
  { params, query: { node, field }, authorization }: PathRequest,
): Promise<Response> {
  if (!explainer) return problem(503, "this process cannot read objects of the cluster");
  const { graph, instance } = params;
  const namespace = params.namespace === "-" ? undefined : params.namespace;
  const separator = node === undefined || field?.startsWith("[") ? "" : ".";
  const subject = field === undefined ? node : `${node ?? ""}${separator}${field}`;
  try {
    const at = { ...namespace !== undefined && { namespace }, name: instance! };
    const found = await explainer.explain(graph!, at, subject, authorization);
    if (found) return json(found);
    return problem(404, `graph "${graph}" has no instance "${instance}" in the cluster`);
  } catch (error) {
    if (error instanceof UnknownSubject) return problem(404, error.message);
    return refusal(error);
  }
}
