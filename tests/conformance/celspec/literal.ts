/**
 * Converts values and types of the CEL specification's tests to forms that requests can contain: CEL
 * literals, JSON and OpenAPI schemas.
 */
import { type Type, Type_PrimitiveType } from "@bufbuild/cel-spec/cel/expr/checked_pb.js";
import type { Value } from "@bufbuild/cel-spec/cel/expr/value_pb.js";
import type { Json, JsonObject } from "../../../src/api/mod.ts";

/** An expression of each CEL type. The keys are the names of the types. */
const EXAMPLES: Readonly<Record<string, string>> = {
  bool: "true",
  bytes: "b''",
  double: "0.0",
  "google.protobuf.Duration": "duration('0s')",
  "google.protobuf.Timestamp": "timestamp(0)",
  int: "0",
  list: "[]",
  map: "{}",
  null_type: "null",
  string: "''",
  type: "type(0)",
  uint: "0u",
};

/**
 * Returns the value as a CEL literal. Returns undefined for messages, enums and types that only
 * protobuf has.
 */
export function literalOf(value: Value | undefined): string | undefined {
  const kind = value?.kind;
  switch (kind?.case) {
    case "nullValue":
      return "null";
    case "boolValue":
    case "int64Value":
      return String(kind.value);
    case "uint64Value":
      return `${kind.value}u`;
    case "doubleValue":
      return doubleText(kind.value);
    case "stringValue":
      return JSON.stringify(kind.value);
    case "bytesValue":
      return `b'${[...kind.value].map((b) => `\\x${b.toString(16).padStart(2, "0")}`).join("")}'`;
    case "listValue":
      return joined(kind.value.values.map(literalOf), "[", "]");
    case "mapValue":
      return joined(
        kind.value.entries.map((entry) => {
          const [key, item] = [literalOf(entry.key), literalOf(entry.value)];
          return key === undefined || item === undefined ? undefined : `${key}: ${item}`;
        }),
        "{",
        "}",
      );
    case "typeValue": {
      const example = EXAMPLES[kind.value];
      return example && `type(${example})`;
    }
    default:
      return undefined;
  }
}

function doubleText(value: number): string {
  if (!Number.isFinite(value)) return `double('${value}')`;
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? value.toFixed(1) : String(value);
}

function joined(items: readonly (string | undefined)[], open: string, close: string) {
  return items.includes(undefined) ? undefined : open + items.join(", ") + close;
}

/**
 * Returns the value as JSON. Returns undefined if JSON cannot represent the value, such as uint,
 * bytes or a large integer.
 */
export function jsonOf(value: Value | undefined): Json | undefined {
  const kind = value?.kind;
  switch (kind?.case) {
    case "nullValue":
      return null;
    case "boolValue":
    case "stringValue":
      return kind.value;
    case "int64Value":
      return Number.isSafeInteger(Number(kind.value)) ? Number(kind.value) : undefined;
    case "doubleValue":
      return Number.isFinite(kind.value) ? kind.value : undefined;
    case "listValue": {
      const items = kind.value.values.map(jsonOf);
      return items.includes(undefined) ? undefined : items as Json[];
    }
    case "mapValue": {
      const entries = kind.value.entries.map(({ key, value }) =>
        [key?.kind.case === "stringValue" && key.kind.value, jsonOf(value)] as const
      );
      if (entries.some(([key, item]) => key === false || item === undefined)) return undefined;
      return Object.fromEntries(entries) as JsonObject;
    }
    default:
      return undefined;
  }
}

const SCALARS: ReadonlyMap<Type_PrimitiveType, string> = new Map([
  [Type_PrimitiveType.BOOL, "boolean"],
  [Type_PrimitiveType.INT64, "integer"],
  [Type_PrimitiveType.DOUBLE, "number"],
  [Type_PrimitiveType.STRING, "string"],
]);

/**
 * Returns the OpenAPI schema that kro maps to this CEL type; undefined if no schema maps to it.
 */
export function schemaOf(type: Type | undefined): JsonObject | undefined {
  const kind = type?.typeKind;
  switch (kind?.case) {
    case "primitive": {
      const name = SCALARS.get(kind.value);
      return name === undefined ? undefined : { type: name };
    }
    case "listType": {
      const items = schemaOf(kind.value.elemType);
      return items && { type: "array", items };
    }
    case "mapType": {
      const key = kind.value.keyType?.typeKind;
      const additionalProperties = schemaOf(kind.value.valueType);
      if (key?.case !== "primitive" || key.value !== Type_PrimitiveType.STRING) return undefined;
      return additionalProperties && { type: "object", additionalProperties };
    }
    default:
      return undefined;
  }
}
