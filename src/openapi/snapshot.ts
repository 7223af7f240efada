/** The embedded snapshot of the built-in kinds of one Kubernetes release, for use without a cluster. */
import { Buffer } from "node:buffer";
import { brotliDecompressSync } from "node:zlib";
import { gvkKey, type JsonObject, type KindRef } from "../api/mod.ts";
import { Linker } from "./link.ts";
import type { KindInfo } from "./schema.ts";
import type { SchemaSource } from "./source.ts";
import snapshot from "./snapshot.json" with { type: "json" };

/** The content of the snapshot, which is embedded as compressed JSON. */
export interface SnapshotDocument {
  /** The kinds with the names of their definitions. */
  kinds: (KindRef & {
    /** The key in {@link SnapshotDocument.definitions}. */
    definition: string;
  })[];
  /** The OpenAPI definitions of all group-versions, with references. */
  definitions: Record<string, JsonObject>;
}

/** The Kubernetes version of the snapshot, such as `v1.36.3`. */
export const SNAPSHOT_VERSION: string = snapshot.kubernetes;

/**
 * A source of the built-in kinds. Each schema is linked when it is first resolved and shared by all callers,
 * who must not change it.
 */
export function snapshotSource(): SchemaSource {
  return { resolve: (gvk) => Promise.resolve(builtIn().resolve(gvkKey(gvk))) };
}

/** All kinds of the snapshot, sorted by group, version and kind. */
export function snapshotKinds(): KindRef[] {
  return [...builtIn().kinds.values()].map(({ definition: _, ...kind }) => kind);
}

/** The decoded snapshot. */
class Snapshot {
  /** The kinds by {@link gvkKey}. */
  readonly kinds: ReadonlyMap<string, SnapshotDocument["kinds"][number]>;
  readonly #linker: Linker;
  readonly #linked = new Map<string, KindInfo>();

  constructor(compressed: Uint8Array) {
    const text = brotliDecompressSync(compressed).toString();
    const { kinds, definitions }: SnapshotDocument = JSON.parse(text);
    this.kinds = new Map(kinds.map((kind) => [gvkKey(kind), kind]));
    this.#linker = new Linker(definitions);
  }

  /** The kind of a {@link gvkKey} with its schema; undefined when the snapshot lacks it. */
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
 * A memo of constant input: the embedded snapshot is decoded once, at first use, and holds at most one
 * linked schema for each of its kinds.
 */
const builtIn = once(() => new Snapshot(Buffer.from(snapshot.document, "base64")));

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}
