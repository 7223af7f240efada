/** The port through which schemas come in: from a cluster, from CRD files, or from the snapshot. */
import { type GroupVersionKind, gvkKey } from "../api/mod.ts";
import type { KindInfo, KindTable } from "./schema.ts";

/** Somewhere that kinds can be looked up. Implementations with I/O live outside this room. */
export interface SchemaSource {
  /** The kind, or undefined when this source does not serve it. Throws ApiError when it cannot tell. */
  resolve(gvk: GroupVersionKind): Promise<KindInfo | undefined>;
}

/** Looks up every kind once, in parallel; kinds that no source knows are left out of the table. */
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

/** Asks each source in turn; the first that knows the kind answers. */
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

/** A source of kinds that are at hand, such as those of CRD files; the last of equal ones counts. */
export function tableSource(kinds: Iterable<KindInfo>): SchemaSource {
  const table: KindTable = new Map([...kinds].map((kind) => [gvkKey(kind), kind]));
  return { resolve: (gvk) => Promise.resolve(table.get(gvkKey(gvk))) };
}
