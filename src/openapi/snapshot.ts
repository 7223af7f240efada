/**
 * A built-in snapshot of the kinds of one Kubernetes release. Commands use the snapshot when they run without
 * a cluster.
 */
import { brotliDecompressSync } from "node:zlib";
import { gvkKey, type JsonObject, type KindRef } from "../api/mod.ts";
import { Linker } from "./link.ts";
import type { KindInfo } from "./schema.ts";
import type { SchemaSource } from "./source.ts";
import snapshot from "./snapshot.json" with { type: "json" };

/** The content of the snapshot. The program contains the snapshot as compressed JSON. */
export interface SnapshotDocument {
  /** The kinds, each with the name of the OpenAPI definition of its schema. */
  kinds: (KindRef & {
    /** The name of the definition, which is a key of {@link SnapshotDocument.definitions}. */
    definition: string;
  })[];
  /**
   * The OpenAPI definitions of all API groups and versions. The keys are the names of the definitions.
   * Definitions may contain references.
   */
  definitions: Record<string, JsonObject>;
}

/** The Kubernetes version that the snapshot was taken from, such as `v1.36.3`. */
export const SNAPSHOT_VERSION: string = snapshot.kubernetes;

/**
 * Returns a source of the built-in kinds. The schema of a kind is linked when the kind is first resolved.
 * All callers share the schema, so callers must not change it.
 */
export function snapshotSource(): SchemaSource {
  return { resolve: (gvk) => Promise.resolve(builtIn().resolve(gvkKey(gvk))) };
}

/** Returns all kinds of the snapshot, sorted by group, version and kind. */
export function snapshotKinds(): KindRef[] {
  return [...builtIn().kinds.values()].map(({ definition: _, ...kind }) => kind);
}

/** The decompressed snapshot. The references in the schema of a kind are resolved at the first read. */
class Snapshot {
  /** The kinds of the snapshot. The keys are the {@link gvkKey} strings of the kinds. */
  readonly kinds: ReadonlyMap<string, SnapshotDocument["kinds"][number]>;
  readonly #linker: Linker;
  readonly #linked = new Map<string, KindInfo>();

  constructor(compressed: Uint8Array) {
    const text = brotliDecompressSync(compressed).toString();
    const { kinds, definitions }: SnapshotDocument = JSON.parse(text);
    this.kinds = new Map(kinds.map((kind) => [gvkKey(kind), kind]));
    this.#linker = new Linker(definitions);
  }

  /**
   * Returns a kind with its schema; undefined when the snapshot does not contain the kind.
   *
   * @param key The {@link gvkKey} of the kind.
   */
  resolve(key: string): KindInfo | undefined {
    const known = this.#linked.get(key);
    if (known) return known;
    const found = this.kinds.get(key);
    if (!found) return undefined;
    const { definition, ...kind } = found;
    const info = { ...kind, schema: this.#linker.link(definition) };
    this.#linked.set(key, info);
    return info;
  }
}

/**
 * Returns the decoded snapshot. The snapshot is decoded at first use and then kept, together with at most
 * one linked schema for each of its kinds.
 */
const builtIn = once(() => new Snapshot(Uint8Array.fromBase64(snapshot.document)));

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}
