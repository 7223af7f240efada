/**
 * Creates data for the tests of cost estimates. For a schema, returns the largest data that a cost estimate
 * assumes, such as a list of 1000 elements. For given data, returns the schema that describes it.
 */
import { isObject, type Json } from "../../../src/api/mod.ts";
import type { Schema } from "../../../src/openapi/mod.ts";

/**
 * The number of elements of a list or map, and the number of characters of a string, that estimates
 * assume if the schema does not limit them.
 */
const ELEMENTS = 1000;
const CHARACTERS = 1024;

/**
 * The number of values and characters that estimates assume inside of one list or map. The elements share
 * these numbers.
 */
const LIST_VALUES = 10_000;
const LIST_CHARACTERS = 64_000;
/** The number of values that estimates assume inside of one object. */
const OBJECT_VALUES = 20_000;

/** The number of values and characters that are left for a value. */
interface Room {
  readonly values: number;
  readonly characters: number;
}

const ROOT: Room = { values: OBJECT_VALUES, characters: LIST_CHARACTERS };

/** The data that was created for each schema. Many test cases share a schema. */
const known = new WeakMap<Schema, Json>();

/** Returns the largest data that a cost estimate assumes for a value of this schema. */
export function assumedData(schema: Schema): Json {
  const data = known.get(schema) ?? dataOf(schema, 0, ROOT);
  known.set(schema, data);
  return data;
}

function dataOf(schema: Schema | undefined, index: number, room: Room): Json {
  switch (schema?.type) {
    case "array": {
      const size = Number(schema.maxItems ?? elementsOf(room, schema.items));
      const inner = inside(room, size);
      return Array.from({ length: size }, (_, i) => dataOf(schema.items, i, inner));
    }
    case "object": {
      const values = schema.additionalProperties;
      if (typeof values !== "object") {
        if (schema.properties === undefined) return mapOf(room, () => 1);
        const fields = Object.entries(schema.properties ?? {});
        return Object.fromEntries(
          fields.map(([name, field]) => [name, dataOf(field, index, room)]),
        );
      }
      return mapOf(room, (inner) => dataOf(values, index, inner), values);
    }
    case undefined:
      return schema?.["x-kubernetes-int-or-string"]
        ? "a".repeat(charactersOf(room))
        : mapOf(room, () => 1);
    case "integer":
      return 8080;
    case "number":
      return 1.5;
    case "boolean":
      return true;
    default: {
      const length = Number(schema?.maxLength ?? charactersOf(room));
      return "a".repeat(Math.max(0, length - 4)) + String(index).padStart(4, "0");
    }
  }
}

/** Each field of an object in a list counts as one value. */
function elementsOf({ values }: Room, element?: Schema): number {
  const parts = 1 + Object.keys(element?.properties ?? {}).length;
  return Math.max(1, Math.min(ELEMENTS, Math.floor(values / parts)));
}

function charactersOf({ characters }: Room): number {
  return Math.max(1, Math.min(CHARACTERS, characters));
}

function inside({ values, characters }: Room, count: number): Room {
  const divided = (size: number) => Math.floor(size / Math.max(1, count));
  return { values: divided(Math.min(values, LIST_VALUES)), characters: divided(characters) };
}

function mapOf(room: Room, value: (inner: Room) => Json, element?: Schema): Json {
  const size = elementsOf(room, element);
  const inner = inside(room, size);
  const name = "k".repeat(Math.max(0, charactersOf(inner) - 4));
  return Object.fromEntries(
    Array.from({ length: size }, (_, i) => [name + String(i).padStart(4, "0"), value(inner)]),
  );
}

/**
 * Returns a schema that limits each string, list and map to exactly its size in the data. Returns undefined
 * if the data has no such schema, for example a list whose elements need different schemas.
 */
export function exactSchema(json: Json | undefined): Schema | undefined {
  if (typeof json === "string") return { type: "string", maxLength: json.length };
  if (typeof json === "boolean") return { type: "boolean" };
  if (typeof json === "bigint" || Number.isInteger(json)) return { type: "integer" };
  if (typeof json === "number") return { type: "number" };
  if (json === null || json === undefined) return { type: "string", nullable: true, maxLength: 0 };
  if (Array.isArray(json)) {
    const items = json.map(exactSchema);
    const [first = { type: "string" }, ...others] = items;
    if (others.some((other) => text(other) !== text(first))) return undefined;
    const longest = Math.max(0, ...items.map((item) => Number(item?.maxLength ?? 0)));
    const bound = first.type === "string" ? { maxLength: longest } : {};
    const size = { minItems: json.length, maxItems: json.length };
    return { type: "array", ...size, items: { ...first, ...bound } };
  }
  if (!isObject(json)) return undefined;
  const fields = Object.entries(json).map(([name, value]) => [name, exactSchema(value)] as const);
  if (fields.some(([, field]) => field === undefined)) return undefined;
  // A schema cannot describe that an object is empty.
  if (fields.length === 0) return undefined;
  return { type: "object", properties: Object.fromEntries(fields) as Record<string, Schema> };
}

/**
 * Returns a key for comparing schemas. Schemas that differ only in the maximum length of strings
 * have the same key.
 */
function text(schema: Schema | undefined): string {
  return JSON.stringify(schema, (key, value) => key === "maxLength" ? undefined : value) ?? "";
}
