/**
 * SimpleSchema is kro's notation for the schemas of instances, such as `name: string | required=true`. This
 * room (a folder below `src`) transforms `spec.schema.spec` and `spec.schema.types` of an RGD
 * (ResourceGraphDefinition) to OpenAPI v3. Its functions depend only on their arguments: they do no I/O and
 * read neither the clock nor the environment.
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
export { transform, type TransformResult, transformSteps } from "./transform.ts";
