/** The path that returns one instance with the results of its nodes. */
import { ApiError } from "../api/mod.ts";
import type { InstanceView } from "../controller/mod.ts";
import type { PathRequest, ServerOptions } from "./path_request.ts";
import { json } from "./json.ts";
import { problem } from "./problem.ts";

/**
 * Answers with an instance. A pass over a suspended instance runs no node, so that after a restart of kro the
 * results of the nodes are missing. They are then read from the cluster with the rights of the request.
 */
export async function oneInstance(
  { view, explainer }: ServerOptions,
  { params, authorization }: PathRequest,
  namespace: string,
): Promise<Response> {
  const { graph, instance: name } = params;
  const found = view.instance(graph!, `${namespace}/${name}`);
  if (!found) {
    const at = namespace === "" ? `"${name}"` : `"${namespace}/${name}"`;
    return problem(404, `graph "${graph}" has no instance ${at}; see /graphs/${graph}/instances`);
  }
  if (found.health !== "suspended" || found.nodes.length > 0) return json(found);
  const at = { ...namespace !== "" && { namespace }, name: name! };
  const nodes = await explainer?.nodes?.(graph!, at, authorization).catch(refused);
  return json({ ...found, nodes: nodes ?? [] } satisfies InstanceView);
}

/** Returns no results if the API server refuses a read, because the rest of the response needs no such read. */
function refused(error: unknown): undefined {
  if (!(error instanceof ApiError)) throw error;
}
