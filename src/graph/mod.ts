/**
 * RGD -> Graph: expressions, dependencies, types, order, generated CRD, revision hash.
 * Pure: no I/O, no clock, no environment.
 *
 * @module
 */
export * from "./types.ts";
// kindsOf(rgd: ResourceGraphDefinition): GroupVersionKind[]
// compile(rgd, kinds: KindTable, options?: CompileOptions): { ok: true; graph: Graph } | { ok: false; problems: Problem[] }
// specHash(spec: RgdSpec): string ; revisionName(rgdName, revision): string
// plural(kind): string ; compareCrds(old, new): CrdChange[] (breaking or not)
