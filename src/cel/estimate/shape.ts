/**
 * How large values can be, by their schemas. Where a schema sets no bound, a list or map is taken to have
 * as many elements as kro makes of one forEach by default, and a text a kilobyte; Kubernetes assumes in
 * its place what a request may hold, by which no loop over an unbounded list would pass.
 */
import type { Schema } from "../../openapi/mod.ts";
import { declaredFields } from "../check/schema.ts";
import { unescapeName } from "../check/names.ts";
import type { Term } from "../check/types.ts";
import { either, type Range, range } from "./range.ts";

/** Elements of a list or map without a bound. */
const ELEMENTS = 1000;
/** Characters of a text without a bound. */
const CHARACTERS = 1024;
/** Values that an object holds at most: etcd stores no more than 1.5 MB, and each has a name. */
const VALUES = 50_000;
/** What is known of a value before there is one. */
export interface Shape {
  /** Characters, bytes, elements or entries; 0 for what has none. */
  readonly size: Range;
  /** An element, or the value of an entry. */
  element(): Shape;
  /** The value of a field or of a key that is written out. */
  field(name: string): Shape;
  /** How many values a walk through it meets at most, itself included. */
  values(): number;
}

/** What a shape is made from, each asked for at most once. */
interface Parts {
  readonly size: Range;
  readonly element: () => Shape;
  /** By default what {@link element} is. */
  readonly field?: (name: string) => Shape;
  /** By default all elements. */
  readonly values?: () => number;
}

/** Remembers its answers: shapes hold one another many times over, as the values do that they stand for. */
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

/** A value with parts. */
export function shapeOf(parts: Parts): Shape {
  return new KnownShape(parts);
}

/** A list or map of equal elements. */
export function listShape(size: Range, element: () => Shape): Shape {
  return new KnownShape({ size, element });
}

/** A value without parts; a text has a size. */
export function plainShape(size: Range = range(0)): Shape {
  return { size, element: () => ANY, field: () => ANY, values: () => 1 };
}

/** A text without a bound. */
export const TEXT: Shape = plainShape(range(0, CHARACTERS));

/** Anything. */
export const ANY: Shape = {
  size: range(0, Math.max(ELEMENTS, CHARACTERS)),
  element: () => ANY,
  field: () => ANY,
  values: () => ELEMENTS,
};

/** Any one of them; at least one is given. */
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

/** By type; what lies below a struct is known by its schema. */
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

/** By OpenAPI schema. */
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

/** Schemas are shared by many expressions, and parts of schemas by many schemas. */
const counts = new WeakMap<Schema, number>();

function valuesOf(fields: readonly Schema[]): number {
  return fields.reduce((all, field) => Math.min(VALUES, all + shapeOfSchema(field).values()), 1);
}

function textSize(schema: Schema): Range {
  if (schema.enum) {
    const lengths = schema.enum.map((value) => String(value).length);
    return range(Math.min(...lengths), Math.max(...lengths));
  }
  return bounds(schema.minLength, schema.maxLength, CHARACTERS);
}

function bounds(least: number | bigint = 0, most: number | bigint | undefined, assumed: number) {
  const min = Number(least);
  return range(min, most === undefined ? Math.max(min, assumed) : Number(most));
}
