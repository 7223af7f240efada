/**
 * Estimates the sizes of values from their schemas. If the schema of a list or map has no bound, 1,000
 * elements are assumed. By default, this is also the maximum number of objects that kro creates with one
 * `forEach`. A string without a bound is assumed to have at most 1,024 characters. Kubernetes instead assumes
 * that an unbounded list is as large as the largest possible request, so that every loop over this list would
 * exceed the cost limit.
 */
import type { Schema } from "../../openapi/mod.ts";
import { declaredFields } from "../check/schema.ts";
import { unescapeName } from "../check/names.ts";
import type { Term } from "../check/types.ts";
import { either, MOST, type Range, range } from "./range.ts";

/** The assumed maximum number of elements of a list or map whose schema has no bound. */
const ELEMENTS = 1000;
/** The assumed maximum length of a string whose schema has no bound, in characters. */
const CHARACTERS = 1024;
/**
 * The maximum number of values in one object. etcd limits an object to 1.5 MB, and each value takes some of
 * these bytes for its field name.
 */
const VALUES = 50_000;

/** The size of a value, as far as it is known before the evaluation. */
export interface Shape {
  /** The number of characters, bytes, elements or entries; 0 for values such as numbers. */
  readonly size: Range;
  /** Returns the shape of the elements of a list, or of the values of a map. */
  element(): Shape;
  /** Returns the shape of a field of an object, or of the value under a literal key of a map. */
  field(name: string): Shape;
  /**
   * Returns the maximum number of values that the value consists of: the value itself and all values inside
   * of it.
   */
  values(): number;
  /** Returns an approximate maximum of the number of characters in the value and all of its parts. */
  characters(): number;
}

/**
 * The functions that compute the parts of a shape. Each function is called at most once for the same
 * arguments.
 */
interface Parts {
  readonly size: Range;
  readonly element: () => Shape;
  /** Returns the shape of a field; by default the result of {@link element}. */
  readonly field?: (name: string) => Shape;
  /** Returns the result of {@link Shape.values}; by default the result is computed from {@link element}. */
  readonly values?: () => number;
  /**
   * Returns the result of {@link Shape.characters}; by default the result is computed from {@link element}.
   */
  readonly characters?: () => number;
}

/**
 * A shape that computes each of its parts only once. Without this cache, a shape that occurs many times
 * inside another shape would be computed many times.
 */
class KnownShape implements Shape {
  readonly size: Range;
  readonly #parts: Parts;
  readonly #fields = new Map<string, Shape>();
  #element: Shape | undefined;
  #values: number | undefined;
  #characters: number | undefined;

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

  characters(): number {
    const count = () => this.size.max * this.element().characters();
    return this.#characters ??= Math.min(this.#parts.characters?.() ?? count(), MOST);
  }
}

/** Creates a shape from the functions that compute its parts. */
export function shapeOf(parts: Parts): Shape {
  return new KnownShape(parts);
}

/** Returns the shape of a list or map whose elements all have the same shape. */
export function listShape(size: Range, element: () => Shape): Shape {
  return new KnownShape({ size, element });
}

/**
 * Returns the shape of a value without inner values, such as a number or a string.
 *
 * @param size The length of a string; 0 for other values.
 */
export function plainShape(size: Range = range(0)): Shape {
  return {
    size,
    element: () => NOTHING,
    field: () => NOTHING,
    values: () => 1,
    characters: () => size.max,
  };
}

/** The shape of elements and fields that cannot exist, such as the elements of `[]`. */
export const NOTHING: Shape = {
  size: range(0),
  element: () => NOTHING,
  field: () => NOTHING,
  values: () => 1,
  characters: () => 0,
};

/** The shape of a string whose schema has no bound. */
export const TEXT: Shape = plainShape(range(0, CHARACTERS));

/** The shape of a value whose type and size are unknown. */
export const ANY: Shape = {
  size: range(0, Math.max(ELEMENTS, CHARACTERS)),
  element: () => ANY,
  field: () => ANY,
  values: () => ELEMENTS,
  characters: () => ANY.size.max,
};

/**
 * Returns the shape of the value that is parsed from a JSON string of this length. In JSON, each value takes
 * at least two characters.
 */
export function jsonShape({ max }: Range): Shape {
  const size = range(0, Math.min(max / 2, ANY.size.max));
  const shape: Shape = {
    size,
    element: () => shape,
    field: () => shape,
    values: () => 1 + Math.min(size.max, ELEMENTS),
    characters: () => max,
  };
  return shape;
}

/** Returns a shape that covers all given shapes; {@link NOTHING} for an empty list. */
export function oneOf(shapes: readonly Shape[]): Shape {
  const [first = NOTHING, ...others] = new Set(shapes.filter((shape) => shape !== NOTHING));
  if (others.length === 0) return first;
  const all = [first, ...others];
  return new KnownShape({
    size: others.reduce((size, shape) => either(size, shape.size), first.size),
    element: () => oneOf(all.map((shape) => shape.element())),
    field: (name) => oneOf(all.map((shape) => shape.field(name))),
    values: () => all.reduce((most, shape) => Math.max(most, shape.values()), 1),
    characters: () => all.reduce((most, shape) => Math.max(most, shape.characters()), 0),
  });
}

/**
 * Returns the shape of a value with this type. Inside of a struct, the shape is derived from the schema of
 * the struct.
 */
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
    case "opaque":
      return { ...TEXT, field: () => TEXT };
    default:
      return plainShape();
  }
}

/** Returns the shape of a value with this OpenAPI schema. */
function shapeOfSchema(schema: Schema | undefined): Shape {
  if (schema?.["x-kubernetes-int-or-string"]) return TEXT;
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
    element: () => isOpen ? ANY : oneOf(all.map(shapeOfSchema)),
    field: (name) => {
      const key = unescapeName(name) ?? name;
      return Object.hasOwn(fields, key) ? shapeOfSchema(fields[key]) : ANY;
    },
    values: () => {
      const known = counts.get(schema) ?? (isOpen ? ELEMENTS : valuesOf(all));
      counts.set(schema, known);
      return known;
    },
    characters: () =>
      isOpen ? ANY.size.max : all.reduce((sum, each) => sum + shapeOfSchema(each).characters(), 0),
  });
}

/**
 * A cache of the number of values in the objects of each schema. An entry exists as long as its schema,
 * which never changes.
 */
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
