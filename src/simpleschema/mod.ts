/**
 * SimpleSchema, kro's notation for the schemas of instances: transforms `spec.schema.spec` and
 * `spec.schema.types` of an RGD, such as `name: string | required=true`, to OpenAPI v3. Pure: no I/O, no
 * clock, no environment.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { transform } from "./mod.ts";
 *
 * const result = transform({ size: "integer | default=3 minimum=1" });
 * assert.ok(result.ok);
 * const size = { type: "integer", default: 3, minimum: 1 };
 * assert.deepEqual(result.schema, { type: "object", properties: { size }, default: {} });
 * ```
 *
 * @module
 */
export { transform, type TransformResult } from "./transform.ts";
