/** The port for schemas: from a cluster, from CRD files or from the snapshot. */
import { type GroupVersionKind, gvkKey } from "../api/mod.ts";
import type { KindInfo, KindTable } from "./schema.ts";

/** A source in which kinds can be looked up. Implementations with I/O live outside this room. */
export interface SchemaSource {
  /**
   * Looks up a kind; undefined when the source does not have it.
   *
   * @throws {ApiError} The source cannot be read.
   */
  resolve(gvk: GroupVersionKind): Promise<KindInfo | undefined>;
}

/**
 * Looks up kinds in parallel, each once. Kinds that the source does not have are absent from the table.
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
 * @throws {ApiError} The source cannot be read.
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

/** A source that looks in each of the given ones in order and returns the first result. */
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

/** A source of the given kinds, such as those of CRD files. Of duplicates the last is used. */
export function tableSource(kinds: Iterable<KindInfo>): SchemaSource {
  const table: KindTable = new Map([...kinds].map((kind) => [gvkKey(kind), kind]));
  return { resolve: (gvk) => Promise.resolve(table.get(gvkKey(gvk))) };
}
