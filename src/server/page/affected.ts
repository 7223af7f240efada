/** Finds the answers of the API that an event of the stream makes outdated. */

/** A change of a graph or of an instance, as an event of the stream reports it. */
export interface Changed {
  /** Whether the graph or one of its instances changed. */
  readonly type: "graph" | "instance";
  /** The name of the graph. */
  readonly graph: string;
  /** The namespace of the instance; absent or empty for a cluster-scoped instance. */
  readonly namespace?: string;
  /** The name of the instance. */
  readonly name?: string;
}

/**
 * Reports whether an answer may differ after a change.
 *
 * @param path The path of the answer with its query, such as `/graphs/shop/instances?limit=100`.
 */
export function isAffected(path: string, { type, graph, namespace, name }: Changed): boolean {
  const [plain = ""] = path.split("?");
  const at = `/graphs/${encodeURIComponent(graph)}`;
  if (plain === "/graphs" || plain === "/causes" || plain === at) return true;
  // A comparison compiles two revisions, so only the reader starts it again.
  if (COMPARISON.test(plain)) return false;
  if (type === "graph") return path.startsWith(`${at}/`);
  const instance = `${at}/instances/${namespace || "-"}/${name}`;
  return plain === `${at}/instances` || plain === instance || plain.startsWith(`${instance}/`);
}

/** The path of a comparison of an instance under two revisions. */
const COMPARISON = /^\/graphs\/[^/]+\/instances\/[^/]+\/[^/]+\/compare$/;
