/** The JSON schemas that the OpenAPI document uses. */

/** A JSON schema, as OpenAPI 3.1 uses it (JSON Schema 2020-12). */
export interface Schema {
  /** The JSON type of the value, such as `string`. */
  readonly type?: string;
  /** The path of a named schema, such as `#/components/schemas/Graph`. */
  readonly $ref?: string;
  /** The meaning of the value. */
  readonly description?: string;
  /** All permitted values. */
  readonly enum?: readonly string[];
  /** The format of a string, such as `date-time`. */
  readonly format?: string;
  /** The regular expression that a string must match. */
  readonly pattern?: string;
  /** The lowest permitted number. */
  readonly minimum?: number;
  /** The highest permitted number. */
  readonly maximum?: number;
  /** The minimum length of a string, in characters. */
  readonly minLength?: number;
  /** The minimum number of elements of a list. */
  readonly minItems?: number;
  /** The schema of each element of a list. */
  readonly items?: Schema;
  /** The schemas of the fields of an object, by field name. */
  readonly properties?: Readonly<Record<string, Schema>>;
  /** The names of the fields that an object must have. */
  readonly required?: readonly string[];
  /**
   * `false` if an object may have only the fields in {@link properties}; absent if other fields are
   * permitted.
   */
  readonly additionalProperties?: false;
}
