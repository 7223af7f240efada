/** Prepares a standby process to take over. */
import { buildGraph, type PublishDeps } from "../../publish/mod.ts";
import type { InstancePool } from "../instances/pool.ts";
import type { GraphEntry } from "./graph_store.ts";

/**
 * Loads the schemas that the RGD uses, and fills the caches that passes over its instances will read, without
 * any write. Rejects with ApiError.
 */
export async function warm(
  { rgd }: GraphEntry,
  deps: PublishDeps & { pool: InstancePool },
): Promise<void> {
  if (rgd.status?.state !== "Active" || rgd.metadata.deletionTimestamp) return;
  const { graph } = await buildGraph(rgd, deps);
  if (graph) await (await deps.pool.controller(graph.instance)).warm(graph);
}
