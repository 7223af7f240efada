/**
 * The kro.run objects and the words that every room shares: types, label and finalizer names,
 * conditions, problems and API errors. It imports nothing.
 *
 * @module
 */
export * from "./conditions.ts";
export * from "./equal.ts";
export * from "./error.ts";
export * from "./json.ts";
export * from "./names.ts";
export * from "./object.ts";
export { type PathStep, pathText } from "./path.ts";
export * from "./problem.ts";
export * from "./rgd.ts";
export { didYouMean } from "./suggest.ts";
export * from "./timestamp.ts";
export * from "./version.ts";
