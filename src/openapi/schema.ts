/** The type of OpenAPI v3 schemas in the form that Kubernetes uses. All references are resolved. */
import type { Json, KindRef } from "../api/mod.ts";

/**
 * A structural schema without `$ref`. Schemas may share the objects of common definitions, so a schema must
 * not be changed. The schema `{ type: "object" }` replaces a recursive reference, so every schema has a
 * finite depth.
 */
export interface Schema {
  /** The JSON type of the value; absent for int-or-string and for values of any type. */
  type?: string;
  /** The format of the value, such as `byte`, `date-time` or `int-or-string`. */
  format?: string;
  /** The description of the value. */
  description?: string;
  /** The schemas of an object's fields. The keys are the names of the fields. */
  properties?: Record<string, Schema>;
  /** The schema of the values of a map; `true` when the values may be anything. */
  additionalProperties?: Schema | boolean;
  /** The schema of the elements of an array. */
  items?: Schema;
  /** The names of the required fields of an object, sorted. */
  required?: string[];
  /** The default value. */
  default?: Json;
  /** The allowed values. */
  enum?: Json[];
  /**
   * The value must match exactly one of these schemas. Kubernetes uses `oneOf` for quantities, which are
   * strings or numbers.
   */
  oneOf?: Schema[];
  /** The value must match at least one of these schemas. */
  anyOf?: Schema[];
  /** The value must match all of these schemas. */
  allOf?: Schema[];
  /** The value must not match this schema. */
  not?: Schema;
  /** Whether the value may be null. */
  nullable?: boolean;
  /** A regular expression in RE2 syntax that a string must match. */
  pattern?: string;
  /** The minimum of a number, inclusive. */
  minimum?: number;
  /** The maximum of a number, inclusive. */
  maximum?: number;
  /** The minimum length of a string, in characters. */
  minLength?: number | bigint;
  /** The maximum length of a string, in characters. */
  maxLength?: number | bigint;
  /** The minimum number of elements of an array. */
  minItems?: number | bigint;
  /** The maximum number of elements of an array. */
  maxItems?: number | bigint;
  /** Whether the API server keeps fields of the object that the schema does not declare. */
  "x-kubernetes-preserve-unknown-fields"?: boolean;
  /** Whether the value is an integer or a string. */
  "x-kubernetes-int-or-string"?: boolean;
  /** Whether the value is a complete Kubernetes object, with apiVersion, kind and metadata. */
  "x-kubernetes-embedded-resource"?: boolean;
  /** The merge strategy of a list: `atomic`, `set` or `map`. */
  "x-kubernetes-list-type"?: string;
  /** The names of the fields that together identify an element of a list of type `map`. */
  "x-kubernetes-list-map-keys"?: string[];
  /** The merge strategy of an object: `atomic` or `granular`. */
  "x-kubernetes-map-type"?: string;
  /** The validation rules, written as CEL expressions. */
  "x-kubernetes-validations"?: { rule: string; message: string }[];
}

/** A Kubernetes kind together with the schema of its objects. */
export interface KindInfo extends KindRef {
  /** The linked schema of a whole object of the kind. */
  schema: Schema;
}

/** A table of kinds and their schemas. The keys are the {@link gvkKey} strings of the kinds. */
export type KindTable = ReadonlyMap<string, KindInfo>;
