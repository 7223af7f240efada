/**
 * The types and names that all rooms (the folders below `src`) share: the kro.run objects, labels and
 * finalizers, conditions, problems, API errors and lossless JSON. This room imports no other room.
 *
 * @example Name the object of a reference in a message
 * ```ts
 * import assert from "node:assert/strict";
 * import { refText } from "./mod.ts";
 *
 * const kind = { group: "apps", version: "v1", kind: "Deployment", plural: "deployments" };
 * const ref = { kind: { ...kind, namespaced: true }, namespace: "kro", name: "httpbin" };
 * assert.equal(refText(ref), "Deployment.apps kro/httpbin");
 * ```
 *
 * @module
 */
export * from "./background.ts";
export * from "./canonical.ts";
export * from "./conditions.ts";
export * from "./depth.ts";
export * from "./duration.ts";
export * from "./equal.ts";
export * from "./error.ts";
export * from "./field_key.ts";
export * from "./join_lines.ts";
export * from "./json.ts";
export * from "./names.ts";
export * from "./object.ts";
export * from "./own.ts";
export { type PathStep, pathText } from "./path.ts";
export { type PatternSize, patternSize, programCost, readingCost } from "./pattern_size.ts";
export * from "./problem.ts";
export * from "./rgd.ts";
export * from "./shorten.ts";
export * from "./steps.ts";
export { didYouMean } from "./suggest.ts";
export * from "./timestamp.ts";
export * from "./version.ts";
