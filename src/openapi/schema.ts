/** OpenAPI v3 schemas as Kubernetes uses them, with every `$ref` already resolved. */
import type { Json, KindRef } from "../api/mod.ts";

/**
 * A structural schema. Linked schemas hold no `$ref`: definitions are shared objects, and a recursive
 * reference is cut to a bare `type: object`, so that walking always ends.
 */
export interface Schema {
  /** JSON type; absent for int-or-string and for untyped preserve-unknown fields. */
  type?: string;
  /** `byte`, `date-time`, `int-or-string`, … */
  format?: string;
  /** Free text. */
  description?: string;
  /** Fields of an object. */
  properties?: Record<string, Schema>;
  /** Values of a map; `true` for any. */
  additionalProperties?: Schema | boolean;
  /** Elements of an array. */
  items?: Schema;
  /** Names of required fields, sorted. */
  required?: string[];
  /** Default value. */
  default?: Json;
  /** Allowed values. */
  enum?: Json[];
  /** Alternatives, such as Quantity's string and number. */
  oneOf?: Schema[];
  /** Alternatives. */
  anyOf?: Schema[];
  /** All must hold; merged away when linked. */
  allOf?: Schema[];
  /** Negation. */
  not?: Schema;
  /** Null is allowed. */
  nullable?: boolean;
  /** RE2 pattern of a string. */
  pattern?: string;
  /** Inclusive lower bound. */
  minimum?: number;
  /** Inclusive upper bound. */
  maximum?: number;
  /** Shortest string. */
  minLength?: number | bigint;
  /** Longest string. */
  maxLength?: number | bigint;
  /** Fewest elements. */
  minItems?: number | bigint;
  /** Most elements. */
  maxItems?: number | bigint;
  /** Unknown fields are kept. */
  "x-kubernetes-preserve-unknown-fields"?: boolean;
  /** An integer or a string. */
  "x-kubernetes-int-or-string"?: boolean;
  /** A whole Kubernetes object. */
  "x-kubernetes-embedded-resource"?: boolean;
  /** `atomic`, `set` or `map`. */
  "x-kubernetes-list-type"?: string;
  /** Keys of a map-type list. */
  "x-kubernetes-list-map-keys"?: string[];
  /** `atomic` or `granular`. */
  "x-kubernetes-map-type"?: string;
  /** CEL rules of the CRD. */
  "x-kubernetes-validations"?: { rule: string; message: string }[];
}

/** What is known of a kind: where it is served and how its objects look. */
export interface KindInfo extends KindRef {
  /** Linked schema of the whole object. */
  schema: Schema;
}

/** Kinds by {@link gvkKey}: what compiling a graph may look things up in. */
export type KindTable = ReadonlyMap<string, KindInfo>;
