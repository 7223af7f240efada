/**
 * SimpleSchema: `"string | default=x"` -> OpenAPI v3. Used for `spec.schema.spec` and `spec.schema.types` of an RGD.
 * Pure: no I/O, no clock, no environment.
 *
 * @module
 */
export { transform, type TransformResult } from "./transform.ts";
