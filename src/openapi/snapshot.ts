/** The built-in kinds of one Kubernetes release, for work without a cluster. */
import { Buffer } from "node:buffer";
import { brotliDecompressSync } from "node:zlib";
import { gvkKey, type JsonObject, type KindRef } from "../api/mod.ts";
import { Linker } from "./link.ts";
import type { KindInfo } from "./schema.ts";
import type { SchemaSource } from "./source.ts";
import snapshot from "./snapshot.json" with { type: "json" };

/** What the snapshot's compressed text holds. */
export interface SnapshotDocument {
  /** The kinds, each with the name of its definition. */
  kinds: (KindRef & {
    /** Key in `definitions`. */
    definition: string;
  })[];
  /** OpenAPI definitions of all group-versions, with references. */
  definitions: Record<string, JsonObject>;
}

/** Kubernetes version of the snapshot, such as `v1.36.3`. */
export const SNAPSHOT_VERSION: string = snapshot.kubernetes;

/** The built-in kinds. Decoded at the first question, linked kind by kind, shared by all callers. */
export function snapshotSource(): SchemaSource {
  return { resolve: (gvk) => Promise.resolve(kindOf(gvkKey(gvk))) };
}

/** All kinds of the snapshot, sorted by group, version and kind. */
export function snapshotKinds(): KindRef[] {
  return [...decoded().kinds.values()].map(({ definition: _, ...kind }) => kind);
}

interface Decoded {
  kinds: ReadonlyMap<string, SnapshotDocument["kinds"][number]>;
  linker: Linker;
  linked: Map<string, KindInfo>;
}

let cache: Decoded | undefined;

function decoded(): Decoded {
  if (cache) return cache;
  const bytes = brotliDecompressSync(Buffer.from(snapshot.document, "base64"));
  const { kinds, definitions }: SnapshotDocument = JSON.parse(bytes.toString());
  cache = {
    kinds: new Map(kinds.map((kind) => [gvkKey(kind), kind])),
    linker: new Linker(definitions),
    linked: new Map(),
  };
  return cache;
}

function kindOf(key: string): KindInfo | undefined {
  const { kinds, linker, linked } = decoded();
  const found = kinds.get(key);
  if (!found) return undefined;
  let info = linked.get(key);
  if (!info) {
    const { definition, ...kind } = found;
    info = { ...kind, schema: linker.link(definition) };
    linked.set(key, info);
  }
  return info;
}
