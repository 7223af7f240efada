/** Finds fields of an RGD that do not exist, such as misspelled ones. */
import {
  didYouMean,
  isObject,
  type Json,
  type JsonObject,
  pathText,
  type Problem,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../api/mod.ts";
import { kindsOfCrd, type Schema } from "../openapi/mod.ts";
import { ownCrds } from "../publish/mod.ts";

type Steps = readonly (string | number)[];

/**
 * Returns a warning (code `UNKNOWN`) for each field of an RGD's spec that the CRD of RGDs does not declare.
 * The API server drops such a field, so that the RGD is valid without it. The fields of templates, of the
 * instance's spec and of its status have their own checks.
 */
export function unknownFields(rgd: ResourceGraphDefinition): Problem[] {
  const kind = ownCrds().flatMap(kindsOfCrd).find((each) => each.kind === RGD_KIND.kind);
  const spec = kind?.schema.properties?.spec;
  const value = rgd.spec as unknown as Json;
  const resources: unknown = isObject(value) ? value.resources : undefined;
  const nodeAt = (step: unknown): string | undefined => {
    const node = Array.isArray(resources) && typeof step === "number" ? resources[step] : undefined;
    return isObject(node) && typeof node.id === "string" ? node.id : undefined;
  };
  return (spec ? unknown(spec, value, []) : []).map(({ steps, known }) => {
    const [first, second] = steps;
    const node = first === "resources" ? nodeAt(second) : undefined;
    const field = String(steps.at(-1));
    const hint = didYouMean(field, known);
    return {
      code: "UNKNOWN",
      ...(node !== undefined && { node }),
      path: pathText(node === undefined ? steps : steps.slice(2)),
      message: `unknown field "${field}", which the API server drops`,
      ...(hint !== undefined && { hint }),
    };
  });
}

/** Returns the paths of all unknown fields, each with the fields that the schema has in its place. */
function unknown(schema: Schema, value: Json, steps: Steps): { steps: Steps; known: string[] }[] {
  if (schema["x-kubernetes-preserve-unknown-fields"]) return [];
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.flatMap((item, i) => unknown(items, item, [...steps, i])) : [];
  }
  const { properties } = schema;
  if (!isObject(value) || !properties) return [];
  return Object.entries(value as JsonObject).flatMap(([key, field]) => {
    const at = [...steps, key];
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (!known) return [{ steps: at, known: Object.keys(properties) }];
    return field === undefined ? [] : unknown(known, field, at);
  });
}
