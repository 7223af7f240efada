/** Converts JSON to CEL values. Each part is converted when an expression reads it. */
import type { Json, JsonObject } from "../../api/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import type { CelType } from "../types.ts";
import { declaredFields } from "../check/schema.ts";
import { escapeName, unescapeName } from "../check/names.ts";
import { decodeBase64 } from "./base64.ts";
import { attempt, CelError, DataError, fail } from "./error.ts";
import { keyIdentity } from "./keys.ts";
import { JsonMap, type JsonMapShape } from "./maps.ts";
import type { Meter } from "./meter.ts";
import { parseDate, parseDuration, parseTimestamp } from "./time.ts";
import { isMap, ListValue, type Value } from "./values.ts";

/**
 * The JSON value of a variable, together with the variable's type. The conversion may fail, so it is done
 * only when an expression reads the variable.
 */
export class Incoming {
  #value: Value | undefined;

  /**
   * Stores the JSON without converting it. If `json` contradicts `type`, the first read of {@link value}
   * throws.
   */
  constructor(private readonly json: Json | undefined, private readonly type: CelType) {}

  /**
   * Returns the value. The first call converts the JSON and charges for the conversion. Throws a DataError
   * when the JSON contradicts the type.
   */
  value(meter: Meter): Value {
    return this.#value ??= typedValue(this.json, this.type, meter);
  }
}

const INT_LIMIT = 2 ** 63;

/**
 * Converts JSON without a schema. Whole numbers in the range of an int become ints, other numbers become
 * doubles, and strings stay strings.
 */
export function nativeValue(json: Json | undefined): Value {
  if (typeof json === "number") {
    return Number.isInteger(json) && json >= -INT_LIMIT && json < INT_LIMIT ? BigInt(json) : json;
  }
  if (typeof json !== "object" || json === null) return json ?? null;
  return Array.isArray(json) ? ListValue.native(json, nativeValue) : new JsonMap(json, NATIVE);
}

const NATIVE: JsonMapShape = {
  jsonKey: (key) => key,
  key: (jsonKey) => jsonKey,
  value: (_, json) => nativeValue(json),
  isStruct: false,
  isTyped: false,
};

/**
 * Converts JSON to a value of the given CEL type. If the type is a struct, the fields are converted with the
 * schema of the struct.
 */
function typedValue(json: Json | undefined, type: CelType, meter: Meter): Value {
  switch (type.kind) {
    case "struct":
      return schemaValue(json ?? null, type.schema, meter);
    case "list": {
      const { element } = type;
      return Array.isArray(json)
        ? ListValue.fromJson(json, (item, meter) => typedValue(item, element, meter))
        : mismatch("array");
    }
    case "map": {
      const { value } = type;
      return isObject(json)
        ? new JsonMap(json, {
          ...NATIVE,
          isTyped: true,
          value: (_, item, meter) => typedValue(item, value, meter),
        })
        : mismatch("object");
    }
    case "bool":
      return scalar(json, { type: "boolean" }, meter);
    case "int":
      return scalar(json, { type: "integer" }, meter);
    case "double":
      return scalar(json, { type: "number" }, meter);
    case "string":
      return scalar(json, { type: "string" }, meter);
    case "bytes":
      return scalar(json, { type: "string", format: "byte" }, meter);
    case "timestamp":
      return scalar(json, { type: "string", format: "date-time" }, meter);
    case "duration":
      return scalar(json, { type: "string", format: "duration" }, meter);
    default:
      return nativeValue(json);
  }
}

/** Converts JSON with the rules of an OpenAPI schema. */
function schemaValue(json: Json, schema: Schema, meter: Meter): Value {
  if (json === null) return schema.nullable ? null : mismatch("a value", "null");
  if (schema["x-kubernetes-int-or-string"]) {
    const isEither = typeof json === "string" || isInteger(json);
    return isEither ? nativeValue(json) : mismatch("integer or string");
  }
  switch (schema.type) {
    case "object":
      return isObject(json) ? objectValue(json, schema) : mismatch("object");
    case "array":
      return Array.isArray(json) ? listValue(json, schema) : mismatch("array");
    case undefined:
      return nativeValue(json);
    default:
      return scalar(json, schema, meter);
  }
}

/**
 * A cache with one {@link JsonMapShape} for each schema of an object. An entry exists as long as its
 * schema, which never changes.
 */
const shapes = new WeakMap<Schema, JsonMapShape>();

function objectValue(json: JsonObject, schema: Schema): Value {
  const known = shapes.get(schema);
  if (known) return new JsonMap(json, known);
  const shape = shapeOf(schema);
  shapes.set(schema, shape);
  return new JsonMap(json, shape);
}

function shapeOf(schema: Schema): JsonMapShape {
  const values = schema.additionalProperties;
  if (typeof values === "object") {
    return {
      ...NATIVE,
      isTyped: true,
      value: (_, item, meter) => schemaValue(item, values, meter),
    };
  }
  const fields = declaredFields(schema);
  if (schema.properties === undefined && !schema["x-kubernetes-embedded-resource"]) return NATIVE;
  return {
    jsonKey: unescapeName,
    key: (jsonKey) => escapeName(jsonKey) ?? jsonKey,
    value: (jsonKey, item, meter) => {
      const field = Object.hasOwn(fields, jsonKey) ? fields[jsonKey] : undefined;
      return field ? schemaValue(item, field, meter) : nativeValue(item);
    },
    isStruct: true,
    isTyped: true,
  };
}

/**
 * Creates a list with a schema. If an expression adds a value to the list, the value is converted with the
 * schema of the elements. If the schema of the elements has no type, the value is added unchanged.
 */
function listValue(json: readonly Json[], schema: Schema): Value {
  const items = schema.items;
  const convert = (item: Json, meter: Meter) =>
    items ? schemaValue(item, items, meter) : nativeValue(item);
  const takesAll = items === undefined ||
    (items.type ?? items["x-kubernetes-int-or-string"]) === undefined;
  const adopt = (item: Value | CelError, meter: Meter) => {
    if (takesAll || item instanceof CelError) return item;
    return attempt(() => convert(rawJson(item) ?? mismatch("plain data"), meter), meter);
  };
  const identity = elementIdentity(schema);
  return ListValue.fromJson(json, convert, { adopt, ...(identity && { identity }) });
}

/**
 * Returns a value as JSON without converting it: a scalar itself, or the JSON from which a list or map was
 * created. Returns undefined for null and for any other value, such as a list that an expression computed.
 */
function rawJson(value: Value): Json | undefined {
  if (value === null || typeof value !== "object") return value ?? undefined;
  return value instanceof ListValue || isMap(value) ? value.json as Json | undefined : undefined;
}

/**
 * Returns the function that identifies the elements of a list, if its `x-kubernetes-list-type` is `set` or
 * `map`; undefined for other lists.
 */
function elementIdentity(schema: Schema): ((element: Value, meter: Meter) => string) | undefined {
  const listType = schema["x-kubernetes-list-type"];
  if (listType === "set") return (element, meter) => keyIdentity(element, meter) ?? "";
  if (listType !== "map") return undefined;
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  return (element, meter) => {
    if (!isMap(element)) return "";
    const parts = keys.map((key) => element.find(escapeName(key) ?? key, meter));
    return JSON.stringify(
      parts.map((part) => part === undefined ? null : keyIdentity(part, meter)),
    );
  };
}

function scalar(json: Json | undefined, schema: Schema, meter: Meter): Value {
  switch (schema.type) {
    case "boolean":
      return typeof json === "boolean" ? json : mismatch("boolean");
    case "integer":
      return isInteger(json) ? nativeValue(json) : mismatch("integer");
    case "number":
      return typeof json === "number" || typeof json === "bigint"
        ? Number(json)
        : mismatch("number");
    case "string":
      return typeof json === "string" ? text(json, schema.format, meter) : mismatch("string");
    default:
      return fail("conversion", "schema has an unknown type");
  }
}

/**
 * The cost of parsing one character of a string whose schema has one of these formats. Parsing a string of
 * another format is not charged.
 */
const PARSED: ReadonlyMap<string, number> = new Map([["byte", 2], ["duration", 20], [
  "date-time",
  1,
]]);

function text(json: string, format: string | undefined, meter: Meter): Value {
  const parsed = format === undefined ? undefined : PARSED.get(format);
  if (parsed !== undefined) meter.charge(json.length * parsed);
  switch (format) {
    case "byte":
      return decodeBase64(json) ?? mismatch("base64");
    case "duration":
      return parseDuration(json) ?? mismatch("duration");
    case "date":
      return parseDate(json) ?? mismatch("date");
    case "date-time":
      return parseTimestamp(json) ?? mismatch("date and time");
    default:
      return json;
  }
}

function isInteger(json: Json | undefined): boolean {
  return typeof json === "bigint" || Number.isInteger(json);
}

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function mismatch(expected: string, found = "another type"): never {
  throw new DataError(
    "conversion",
    `invalid data: the schema requires ${expected}, found ${found}`,
  );
}
