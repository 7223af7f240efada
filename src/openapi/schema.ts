/** OpenAPI v3 schemas as Kubernetes uses them, with all references resolved. */
import type { Json, KindRef } from "../api/mod.ts";

/**
 * A structural schema. It has no `$ref`: definitions are shared objects, which must not be changed, and a
 * recursive reference is a bare `type: object`, so that every walk ends.
 */
export interface Schema {
  /** The JSON type; absent for int-or-string and for fields of any type. */
  type?: string;
  /** The format, such as `byte`, `date-time` or `int-or-string`. */
  format?: string;
  /** The description. */
  description?: string;
  /** The fields of an object. */
  properties?: Record<string, Schema>;
  /** The schema of a map's values; `true` for any value. */
  additionalProperties?: Schema | boolean;
  /** The schema of an array's elements. */
  items?: Schema;
  /** The names of required fields, sorted. */
  required?: string[];
  /** The default value. */
  default?: Json;
  /** The allowed values. */
  enum?: Json[];
  /** Schemas of which exactly one must hold, such as Quantity's string and number. */
  oneOf?: Schema[];
  /** Schemas of which at least one must hold. */
  anyOf?: Schema[];
  /** Schemas that must all hold; a reference in it is resolved when linking. */
  allOf?: Schema[];
  /** A schema that must not hold. */
  not?: Schema;
  /** Whether null is allowed. */
  nullable?: boolean;
  /** A regular expression (RE2) that a string must match. */
  pattern?: string;
  /** The inclusive lower bound of a number. */
  minimum?: number;
  /** The inclusive upper bound of a number. */
  maximum?: number;
  /** The least length of a string, in characters. */
  minLength?: number | bigint;
  /** The greatest length of a string, in characters. */
  maxLength?: number | bigint;
  /** The least number of elements. */
  minItems?: number | bigint;
  /** The greatest number of elements. */
  maxItems?: number | bigint;
  /** Whether unknown fields are kept. */
  "x-kubernetes-preserve-unknown-fields"?: boolean;
  /** Whether the value is an integer or a string. */
  "x-kubernetes-int-or-string"?: boolean;
  /** Whether the value is a complete Kubernetes object. */
  "x-kubernetes-embedded-resource"?: boolean;
  /** The merge strategy of a list: `atomic`, `set` or `map`. */
  "x-kubernetes-list-type"?: string;
  /** The fields that identify the elements of a list of type `map`. */
  "x-kubernetes-list-map-keys"?: string[];
  /** The merge strategy of an object: `atomic` or `granular`. */
  "x-kubernetes-map-type"?: string;
  /** The CEL validation rules. */
  "x-kubernetes-validations"?: { rule: string; message: string }[];
}

/** A kind with the schema of its objects. */
export interface KindInfo extends KindRef {
  /** The linked schema of the whole object. */
  schema: Schema;
}

/** Kinds by {@link gvkKey}. */
export type KindTable = ReadonlyMap<string, KindInfo>;
