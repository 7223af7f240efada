/**
 * The sizes of values by their schemas. Without a bound in the schema, a list or map counts as 1,000
 * elements, the default limit of a forEach, and a text as 1 KiB. Kubernetes assumes the size of a whole
 * request instead, which rejects every loop over an unbounded list.
 */
import type { Schema } from "../../openapi/mod.ts";
import { declaredFields } from "../check/schema.ts";
import { unescapeName } from "../check/names.ts";
import type { Term } from "../check/types.ts";
import { either, type Range, range } from "./range.ts";

/** The assumed number of elements of a list or map without a bound. */
const ELEMENTS = 1000;
/** The assumed length of a text without a bound. */
const CHARACTERS = 1024;
/** The greatest number of values in an object: etcd stores at most 1.5 MB, and each value has a name. */
const VALUES = 50_000;

/** The static knowledge about a value's size. */
export interface Shape {
  /** The number of characters, bytes, elements or entries; 0 for other scalars. */
  readonly size: Range;
  /** The shape of an element, or of the value of an entry. */
  element(): Shape;
  /** The shape of the value of a field or a literal key. */
  field(name: string): Shape;
  /** The greatest number of values in a walk through the value, itself included. */
  values(): number;
}

/** The parts of a shape; each function is called at most once for the same arguments. */
interface Parts {
  readonly size: Range;
  readonly element: () => Shape;
  /** The shape of a field; {@link element} by default. */
  readonly field?: (name: string) => Shape;
  /** See {@link Shape.values}; by default counted from {@link element}. */
  readonly values?: () => number;
}

/** A shape that computes each part once: a shape may occur in another many times over. */
class KnownShape implements Shape {
  readonly size: Range;
  readonly #parts: Parts;
  readonly #fields = new Map<string, Shape>();
  #element: Shape | undefined;
  #values: number | undefined;

  constructor(parts: Parts) {
    this.size = parts.size;
    this.#parts = parts;
  }

  element(): Shape {
    return this.#element ??= this.#parts.element();
  }

  field(name: string): Shape {
    const { field } = this.#parts;
    if (!field) return this.element();
    const known = this.#fields.get(name) ?? field(name);
    this.#fields.set(name, known);
    return known;
  }

  values(): number {
    const count = () => 1 + this.size.max * this.element().values();
    return this.#values ??= Math.min(this.#parts.values?.() ?? count(), VALUES);
  }
}

/** A shape with these parts. */
export function shapeOf(parts: Parts): Shape {
  return new KnownShape(parts);
}

/** The shape of a list or map whose elements have one shape. */
export function listShape(size: Range, element: () => Shape): Shape {
  return new KnownShape({ size, element });
}

/** The shape of a scalar, with the size of a text. */
export function plainShape(size: Range = range(0)): Shape {
  return { size, element: () => ANY, field: () => ANY, values: () => 1 };
}

/** The shape of a text without a bound. */
export const TEXT: Shape = plainShape(range(0, CHARACTERS));

/** The shape of an unknown value. */
export const ANY: Shape = {
  size: range(0, Math.max(ELEMENTS, CHARACTERS)),
  element: () => ANY,
  field: () => ANY,
  values: () => ELEMENTS,
};

/** A shape that covers each of the given ones, of which there is at least one. */
export function oneOf(shapes: readonly Shape[]): Shape {
  const [first = ANY, ...others] = new Set(shapes);
  if (others.length === 0) return first;
  const all = [first, ...others];
  return new KnownShape({
    size: others.reduce((size, shape) => either(size, shape.size), first.size),
    element: () => oneOf(all.map((shape) => shape.element())),
    field: (name) => oneOf(all.map((shape) => shape.field(name))),
    values: () => all.reduce((most, shape) => Math.max(most, shape.values()), 1),
  });
}

/** The shape of a type; below a struct, of its schema. */
export function shapeOfType(type: Term): Shape {
  switch (type.kind) {
    case "struct":
      return shapeOfSchema(type.schema);
    case "list":
      return listShape(range(0, ELEMENTS), () => shapeOfType(type.element));
    case "map":
      return listShape(range(0, ELEMENTS), () => shapeOfType(type.value));
    case "optional":
      return shapeOfType(type.value);
    case "string":
    case "bytes":
      return TEXT;
    case "dyn":
    case "variable":
    case "error":
      return ANY;
    default:
      return plainShape();
  }
}

/** The shape of an OpenAPI schema. */
function shapeOfSchema(schema: Schema | undefined): Shape {
  switch (schema?.type) {
    case "array":
      return listShape(
        bounds(schema.minItems, schema.maxItems, ELEMENTS),
        () => shapeOfSchema(schema.items),
      );
    case "object": {
      const values = schema.additionalProperties;
      return typeof values === "object"
        ? listShape(range(0, ELEMENTS), () => shapeOfSchema(values))
        : objectShape(schema);
    }
    case "string":
      return plainShape(textSize(schema));
    case "boolean":
    case "integer":
    case "number":
      return plainShape();
    default:
      return ANY;
  }
}

function objectShape(schema: Schema): Shape {
  const fields = declaredFields(schema);
  const all = Object.values(fields);
  const isOpen = schema["x-kubernetes-preserve-unknown-fields"] === true || all.length === 0;
  return new KnownShape({
    size: range(0, isOpen ? ELEMENTS : all.length),
    element: () => ANY,
    field: (name) => {
      const key = unescapeName(name) ?? name;
      return Object.hasOwn(fields, key) ? shapeOfSchema(fields[key]) : ANY;
    },
    values: () => {
      const known = counts.get(schema) ?? (isOpen ? ELEMENTS : valuesOf(all));
      counts.set(schema, known);
      return known;
    },
  });
}

/** A memo of immutable input: the values in objects of a schema, held as long as the schema. */
const counts = new WeakMap<Schema, number>();

function valuesOf(fields: readonly Schema[]): number {
  return fields.reduce((all, field) => Math.min(VALUES, all + shapeOfSchema(field).values()), 1);
}

function textSize(schema: Schema): Range {
  if (schema.enum) {
    const lengths = schema.enum.map((value) => String(value).length);
    const least = lengths.reduce((a, b) => Math.min(a, b), Infinity);
    return range(least, lengths.reduce((a, b) => Math.max(a, b), 0));
  }
  return bounds(schema.minLength, schema.maxLength, CHARACTERS);
}

function bounds(least: number | bigint = 0, most: number | bigint | undefined, assumed: number) {
  const min = Number(least);
  return range(min, most === undefined ? Math.max(min, assumed) : Number(most));
}
