/** The path that returns the state of each object of a collection. */
import { type KubeObject, Label } from "../api/mod.ts";
import type { ControllerView } from "../controller/mod.ts";
import type { ItemState } from "../reconcile/mod.ts";
import type { PathRequest, ServerOptions } from "./path_request.ts";
import type { Collection } from "./explainer.ts";
import { json } from "./json.ts";
import type { LiveReader } from "./live.ts";
import { refusal } from "./live_routes.ts";
import { problem } from "./problem.ts";

/** An object of a collection with its state, as the JSON API shows it. */
export interface ItemView extends ItemState {
  /** The namespace of the object; absent for a cluster-scoped object. */
  namespace?: string;
  /** The name of the object. */
  name: string;
}

/** The number of namespaces up to which each namespace is read with a request of its own. */
const MAX_NAMESPACES = 5;

/** Answers with the objects of the collection that the query names, in the order of the collection. */
export async function collectionItems(
  { view, live, explainer }: ServerOptions,
  { params: { graph, namespace, instance }, query: { node }, authorization }: PathRequest,
): Promise<Response> {
  const key = `${namespace === "-" ? "" : namespace}/${instance}`;
  const found = view.instance(graph!, key);
  const collection = node && found ? explainer?.collection?.(graph!, node) : undefined;
  if (!found || !collection) {
    return problem(404, `graph "${graph}" has no such object; see the nodes of the instance`);
  }
  if (!live) return problem(503, "this process cannot read objects of the cluster");
  try {
    const objects = await read(live, found, { ...collection, id: node! }, authorization);
    const states = collection.states(objects);
    const items = objects.map(({ metadata: { namespace, name = "" } }, i): ItemView => ({
      ...namespace !== undefined && { namespace },
      name,
      ...states[i]!,
    }));
    return json({ items });
  } catch (error) {
    return refusal(error);
  }
}

async function read(
  live: LiveReader,
  { uid, nodes }: NonNullable<ReturnType<ControllerView["instance"]>>,
  { kind, id }: Collection & { id: string },
  authorization: string | null,
): Promise<KubeObject[]> {
  const labelSelector = `${Label.instanceId}=${uid},${Label.nodeId}=${id}`;
  const known = nodes.find((node) => node.id === id)?.objects ?? [];
  const used = [...new Set(known.map(({ namespace }) => namespace))];
  const namespaces = used.length > MAX_NAMESPACES ? [undefined] : used;
  const lists = await Promise.all(
    namespaces.map((namespace) =>
      live.list(kind, { ...namespace && { namespace }, labelSelector }, authorization)
    ),
  );
  return lists.flat().sort((a, b) => indexOf(a) - indexOf(b));
}

function indexOf({ metadata: { labels } }: KubeObject): number {
  return Number(labels?.[Label.collectionIndex] ?? 0);
}
