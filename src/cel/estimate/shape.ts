/**
 * The shape of a value: its size and the sizes of the values inside of it, as far as they are known before an
 * evaluation.
 */
import { either, MOST, type Range, range } from "./range.ts";
import { ROOT } from "./room.ts";

/**
 * The maximum number of values in one object. etcd limits an object to 1.5 MB, and each value takes about 60
 * of these bytes, together with its field name.
 */
const VALUES = 25_000;

/** The size of a value, as far as it is known before the evaluation. */
export interface Shape {
  /** The number of characters, bytes, elements or entries; 0 for values such as numbers. */
  readonly size: Range;
  /**
   * The number of elements or entries, if it differs from {@link size} because the value may also be a
   * string.
   */
  readonly entries?: Range;
  /** Returns the shape of each element of a list, or of each value of a map. */
  element(): Shape;
  /** Returns the shape of each key of a map. */
  key(): Shape;
  /**
   * Returns the shape of a field of an object, of the value under a literal key of a map, or of the element
   * at a literal index of a list. A single part may be larger than the parts of {@link element}, which share
   * the size of the whole value.
   */
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
  readonly entries?: Range;
  readonly element: () => Shape;
  /** Returns the shape of the keys; by default, all keys share the text that is assumed for one value. */
  readonly key?: () => Shape;
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
  readonly entries?: Range;
  readonly #parts: Parts;
  /** The fields that were computed. Most shapes of a large expression have none, so the map is created late. */
  #fields: Map<string, Shape> | undefined;
  #element: Shape | undefined;
  #key: Shape | undefined;
  #values: number | undefined;
  #characters: number | undefined;

  constructor(parts: Parts) {
    this.size = parts.size;
    if (parts.entries) this.entries = parts.entries;
    this.#parts = parts;
  }

  element(): Shape {
    return this.#element ??= this.#parts.element();
  }

  key(): Shape {
    const shared = () => plainShape(range(0, ROOT.inside(this.size.max).text));
    return this.#key ??= this.#parts.key?.() ?? shared();
  }

  field(name: string): Shape {
    const { field } = this.#parts;
    if (!field) return this.element();
    this.#fields ??= new Map();
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
  return new PlainShape(size);
}

/** The shape of a value without inner values. */
class PlainShape implements Shape {
  constructor(readonly size: Range) {}

  element(): Shape {
    return NOTHING;
  }

  key(): Shape {
    return NOTHING;
  }

  field(): Shape {
    return NOTHING;
  }

  values(): number {
    return 1;
  }

  characters(): number {
    return this.size.max;
  }
}

/** The shape of elements and fields that cannot exist, such as the elements of `[]`. */
export const NOTHING: Shape = plainShape();

/** Returns the number of elements or entries of a value over which a macro iterates. */
export function entriesOf({ size, entries }: Shape): Range {
  return entries ?? size;
}

/** Returns a shape that covers all given shapes; {@link NOTHING} for an empty list. */
export function oneOf(shapes: readonly Shape[]): Shape {
  const [first = NOTHING, ...others] = new Set(shapes.filter((shape) => shape !== NOTHING));
  if (others.length === 0) return first;
  const all = [first, ...others];
  return new KnownShape({
    size: others.reduce((size, shape) => either(size, shape.size), first.size),
    ...(all.some(({ entries }) => entries) && {
      entries: all.map(entriesOf).reduce(either),
    }),
    element: () => oneOf(all.map((shape) => shape.element())),
    key: () => oneOf(all.map((shape) => shape.key())),
    field: (name) => oneOf(all.map((shape) => shape.field(name))),
    values: () => all.reduce((most, shape) => Math.max(most, shape.values()), 1),
    characters: () => all.reduce((most, shape) => Math.max(most, shape.characters()), 0),
  });
}
