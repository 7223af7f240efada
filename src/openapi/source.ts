/**
 * The interface through which schemas of kinds are looked up: in a cluster, in CRD files or in the built-in
 * snapshot.
 */
import { type GroupVersionKind, gvkKey } from "../api/mod.ts";
import type { KindInfo, KindTable } from "./schema.ts";

/**
 * A source in which kinds and their schemas can be looked up. Implementations that do I/O are in other
 * folders, such as `ClusterSchemas` in `src/clusters`.
 */
export interface SchemaSource {
  /**
   * Looks up a kind and its schema. Returns undefined when the source does not know the kind.
   *
   * @throws {ApiError} The API server of the source cannot be read.
   */
  resolve(gvk: GroupVersionKind): Promise<KindInfo | undefined>;
}

/**
 * Looks up several kinds in parallel, and each kind only once. The returned table does not contain kinds
 * that the source does not know.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { resolveKinds, snapshotSource } from "./mod.ts";
 *
 * const kinds = [{ group: "", version: "v1", kind: "ConfigMap" }];
 * const table = await resolveKinds(snapshotSource(), kinds);
 * assert.ok(table.has("ConfigMap.v1."));
 * ```
 *
 * @throws {ApiError} The API server of the source cannot be read.
 */
export async function resolveKinds(
  source: SchemaSource,
  kinds: readonly GroupVersionKind[],
): Promise<KindTable> {
  const wanted = new Map(kinds.map((gvk) => [gvkKey(gvk), gvk]));
  const found = await Promise.all(
    [...wanted].map(async ([key, gvk]) => [key, await source.resolve(gvk)] as const),
  );
  return new Map(found.filter((e): e is [string, KindInfo] => e[1] !== undefined));
}

/** Returns a source that queries the given sources in order and returns the first result. */
export function firstOf(...sources: readonly SchemaSource[]): SchemaSource {
  return {
    async resolve(gvk) {
      for (const source of sources) {
        const info = await source.resolve(gvk);
        if (info) return info;
      }
      return undefined;
    },
  };
}

/**
 * Returns a source of the given kinds, such as the kinds of CRD files. If a kind occurs twice, the last
 * occurrence is used.
 */
export function tableSource(kinds: Iterable<KindInfo>): SchemaSource {
  const table: KindTable = new Map([...kinds].map((kind) => [gvkKey(kind), kind]));
  return { resolve: (gvk) => Promise.resolve(table.get(gvkKey(gvk))) };
}
