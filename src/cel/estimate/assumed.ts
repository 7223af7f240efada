/**
 * Estimates the sizes of values from their types and schemas. Where a schema has no bounds, the sizes of
 * `room.ts` are assumed.
 */
import type { Schema } from "../../openapi/mod.ts";
import { unescapeName } from "../check/names.ts";
import { declaredFields } from "../check/schema.ts";
import type { Term } from "../check/types.ts";
import { type Range, range } from "./range.ts";
import { LIST_LIMIT, type Room, ROOT } from "./room.ts";
import { NOTHING, oneOf, plainShape, type Shape, shapeOf } from "./shape.ts";

/** The shape of a string whose schema has no bound. */
export const TEXT: Shape = plainShape(range(0, ROOT.text));

/** The shape of a value of an opaque type, such as a URL, whose parts are strings. */
const OPAQUE: Shape = shapeOf({
  size: TEXT.size,
  element: () => NOTHING,
  key: () => NOTHING,
  field: () => TEXT,
  values: () => 1,
  characters: () => TEXT.characters(),
});

/** The shape of a value whose type and size are unknown. */
export const ANY: Shape = anyShape(ROOT);

function anyShape(room: Room): Shape {
  return shapeOf({
    size: range(0, Math.max(room.elements(), room.text)),
    entries: range(0, room.elements()),
    element: () => anyShape(room.inside(room.elements())),
    field: () => anyShape(room),
    values: () => room.elements(),
    characters: () => room.anyCharacters,
  });
}

/**
 * Returns the shape of the value that is parsed from a JSON string of this length. In JSON, each value takes
 * at least two characters, and all elements of a list share the characters of the list.
 */
export function jsonShape({ max }: Range): Shape {
  const size = range(0, Math.min(max / 2, ANY.size.max));
  return shapeOf({
    size,
    element: () => jsonShape(range(0, max / Math.max(1, size.max))),
    field: () => jsonShape(range(0, max)),
    values: () => 1 + Math.min(size.max, ROOT.elements()),
    characters: () => max,
  });
}

/**
 * Returns the shape of a value with this type. Inside of a struct, the shape is derived from the schema of
 * the struct.
 */
export function shapeOfType(type: Term, room: Room = ROOT): Shape {
  switch (type.kind) {
    case "struct":
      return shapeOfSchema(type.schema, room);
    // The elements of a variable that is a list are objects of the cluster, which have a limit of their own.
    case "list":
      return repeated(unbounded(room), room, (each) => shapeOfType(type.element, each.ofObject()));
    case "map":
      return repeated(unbounded(room), room, (each) => shapeOfType(type.value, each), true);
    case "optional":
      return shapeOfType(type.value, room);
    case "string":
    case "bytes":
      return plainShape(range(0, room.text));
    case "dyn":
    case "variable":
    case "error":
      return anyShape(room);
    case "opaque":
      return OPAQUE;
    default:
      return plainShape();
  }
}

/** Returns the shape of a value with this OpenAPI schema. */
function shapeOfSchema(schema: Schema | undefined, room: Room): Shape {
  if (schema?.["x-kubernetes-int-or-string"]) return plainShape(range(0, room.text));
  switch (schema?.type) {
    case "array":
      return repeated(
        bounds(
          schema.minItems,
          schema.maxItems,
          unbounded(room, schema.items).max,
          room.mostElements,
        ),
        room,
        (each) => shapeOfSchema(schema.items, each),
      );
    case "object": {
      const values = schema.additionalProperties;
      return typeof values === "object"
        ? repeated(unbounded(room, values), room, (each) => shapeOfSchema(values, each), true)
        : objectShape(schema, room);
    }
    case "string":
      return plainShape(textSize(schema, room));
    case "boolean":
    case "integer":
    case "number":
      return plainShape();
    default:
      return anyShape(room);
  }
}

function unbounded(room: Room, element?: Schema): Range {
  return range(0, room.elements(partsOf(element)));
}

/** Returns the number of values that an object with all its declared fields consists of; 1 for other values. */
function partsOf(schema: Schema | undefined): number {
  return schema?.type === "object" ? 1 + Object.keys(declaredFields(schema)).length : 1;
}

/**
 * Returns the shape of a list or map, whose parts share its room. An entry of a map that is read by its name
 * may fill the whole room, such as a file in a ConfigMap.
 *
 * @param part Returns the shape of one part that has this room.
 */
function repeated(size: Range, room: Room, part: (room: Room) => Shape, hasKeys = false): Shape {
  const inner = room.inside(size.max);
  const isBounded = size.max > room.elements();
  const key = plainShape(range(0, hasKeys ? inner.text : 0));
  const element = part(inner);
  return shapeOf({
    size,
    element: () => element,
    key: () => key,
    field: () => hasKeys ? part(room) : element,
    values: () => {
      const all = 1 + size.max * element.values();
      return isBounded ? all : Math.min(all, LIST_LIMIT.values);
    },
    characters: () => {
      const all = size.max * (key.size.max + element.characters());
      return isBounded ? all : Math.min(all, LIST_LIMIT.characters);
    },
  });
}

function objectShape(schema: Schema, room: Room): Shape {
  const fields = declaredFields(schema);
  const all = Object.values(fields);
  const isOpen = schema["x-kubernetes-preserve-unknown-fields"] === true || all.length === 0;
  const any = () => anyShape(room);
  return shapeOf({
    size: range(0, isOpen ? room.elements() : all.length),
    element: () => isOpen ? any() : oneOf(all.map((field) => shapeOfSchema(field, room))),
    key: () => plainShape(range(0, isOpen ? room.inside(room.elements()).text : longest(fields))),
    field: (name) => {
      const key = unescapeName(name) ?? name;
      return Object.hasOwn(fields, key) ? shapeOfSchema(fields[key], room) : any();
    },
    values: () => isOpen ? any().values() : totalsOf(schema, all, room).values,
    characters: () => isOpen ? any().characters() : totalsOf(schema, all, room).characters,
  });
}

function longest(fields: Readonly<Record<string, unknown>>): number {
  return Object.keys(fields).reduce((most, { length }) => Math.max(most, length), 0);
}

interface Totals {
  readonly values: number;
  readonly characters: number;
}

/**
 * A cache of the totals of the objects of each schema, by the {@link Room.id} of their rooms. An entry exists
 * as long as its schema, which never changes.
 */
const known = new WeakMap<Schema, Map<string, Totals>>();

/**
 * Returns the assumed number of values and characters in an object. Its largest field counts completely, and
 * all other fields together count at most {@link Room.rest}.
 */
function totalsOf(schema: Schema, fields: readonly Schema[], room: Room): Totals {
  const cached = known.get(schema) ?? new Map<string, Totals>();
  known.set(schema, cached);
  const found = cached.get(room.id);
  if (found) return found;
  const shapes = fields.map((field) => shapeOfSchema(field, room));
  const total = (sizes: readonly number[], own: number, rest: number) => {
    const all = sizes.reduce((sum, size) => sum + size, 0);
    const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
    return own + largest + Math.min(all - largest, rest);
  };
  const totals = {
    values: total(shapes.map((shape) => shape.values() - 1), 1 + fields.length, room.rest.values),
    characters: total(shapes.map((shape) => shape.characters()), 0, room.rest.characters),
  };
  cached.set(room.id, totals);
  return totals;
}

function textSize(schema: Schema, room: Room): Range {
  if (schema.enum) {
    const lengths = schema.enum.map((value) => String(value).length);
    const least = lengths.reduce((a, b) => Math.min(a, b), Infinity);
    return range(least, lengths.reduce((a, b) => Math.max(a, b), 0));
  }
  return bounds(schema.minLength, schema.maxLength, room.text, room.bytes);
}

/**
 * Returns the bounds of a schema.
 *
 * @param assumed The maximum where the schema has none.
 * @param limit The largest maximum that has an effect.
 */
function bounds(
  least: number | bigint = 0,
  most: number | bigint | undefined,
  assumed: number,
  limit: number,
): Range {
  const min = Math.min(Number(least), limit);
  return range(min, Math.max(min, most === undefined ? assumed : Math.min(Number(most), limit)));
}
