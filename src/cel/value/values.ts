/** The values that CEL expressions compute with. */
import type { Json, JsonObject } from "../../api/mod.ts";
import { Uint } from "../syntax/ast.ts";
import { attempt, CelError, read } from "./error.ts";
import { ACCESS_COST, type Meter } from "./meter.ts";
import type { Duration, Timestamp } from "./time.ts";

export { Uint };

/** Any CEL value. A CEL int is a `bigint`, and a CEL double is a `number`. */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | ListValue
  | MapValue
  | Optional
  | TypeValue
  | Opaque;

/** The rules that a schema defines for the elements of a list. */
export interface ListTyping {
  /**
   * Returns the identity of an element, which is the same for equal elements of a `set` and for elements of a
   * `map` with equal keys. Present only if `x-kubernetes-list-type` is `set` or `map`.
   */
  readonly identity?: (element: Value, meter: Meter) => string;
  /**
   * Converts a value that an expression adds to the list, with the schema of the elements. Returns a
   * CelError when the value contradicts the schema.
   */
  adopt(item: Value | CelError, meter: Meter): Value | CelError;
}

/**
 * A list: either computed by an expression, or a JSON array whose elements are converted when an expression
 * reads them.
 */
export class ListValue {
  /** The JSON array from which the list was created; undefined for a computed list. */
  readonly json: readonly Json[] | undefined;
  /** Whether {@link json} is also the JSON of the list, because the elements have no schema. */
  isNative = false;
  #at: (index: number, meter: Meter) => Value;
  #items: readonly (Value | CelError)[] | undefined;
  #weight: number | undefined;

  private constructor(
    readonly size: number,
    at: (index: number, meter: Meter) => Value,
    json?: readonly Json[],
    /** The rules for the elements; undefined when the list has no schema. */
    readonly typing?: ListTyping,
  ) {
    this.#at = at;
    this.json = json;
  }

  /** Whether the list has a schema. */
  get isTyped(): boolean {
    return this.typing !== undefined;
  }

  /**
   * Creates a list of computed elements. In place of an element that could not be computed, the list may
   * contain a CelError, which is thrown when the element is read.
   */
  static of(items: readonly (Value | CelError)[]): ListValue {
    const list = new ListValue(items.length, (index) => read(items[index] ?? null));
    list.#items = items;
    return list;
  }

  /** The number of values in the list, including the values inside of computed elements. */
  get weight(): number {
    return this.#weight ??= this.#items ? totalWeight(this.#items) : this.size;
  }

  /** Creates a list from a JSON array. Each element is converted when an expression reads it. */
  static fromJson(
    json: readonly Json[],
    convert: (item: Json, meter: Meter) => Value,
    typing?: ListTyping,
  ): ListValue {
    const at = (index: number, meter: Meter) => convert(json[index] ?? null, meter);
    return new ListValue(json.length, at, json, typing);
  }

  /**
   * Creates a list from a JSON array without a schema. The conversion of such a list to JSON returns the
   * array itself.
   */
  static native(json: readonly Json[], convert: (item: Json) => Value): ListValue {
    const list = ListValue.fromJson(json, convert);
    list.isNative = true;
    return list;
  }

  /** Creates a list whose elements are computed when an expression reads them. */
  static lazy(size: number, at: (index: number) => Value): ListValue {
    return new ListValue(size, at);
  }

  /** Creates a computed list with a schema, such as the result of adding elements to a list with a schema. */
  static typed(typing: ListTyping, items: readonly (Value | CelError)[]): ListValue {
    return new ListValue(items.length, (index) => read(items[index] ?? null), undefined, typing);
  }

  /**
   * Returns the element at an index, which must be within bounds. Throws the CelError that is stored in
   * place of the element.
   */
  at(index: number, meter: Meter): Value {
    meter.charge(this.#reading(index));
    return this.#at(index, meter);
  }

  /**
   * Returns the cost of reading an element. Reading an element of a JSON array costs more, because the
   * element is converted.
   */
  #reading(index: number): number {
    if (this.#items !== undefined) return ACCESS_COST.read;
    return readingCost(this.json?.[index]);
  }

  /** Yields the elements in order. Throws when an element is a CelError. */
  *values(meter: Meter): Generator<Value> {
    for (let index = 0; index < this.size; index++) yield this.at(index, meter);
  }

  /**
   * Returns all elements without throwing: in place of an element that cannot be read, the list contains a
   * CelError. Used to move elements to another list.
   */
  items(meter: Meter): (Value | CelError)[] {
    const items: (Value | CelError)[] = [];
    for (let index = 0; index < this.size; index++) {
      meter.charge(this.#reading(index));
      items.push(attempt(() => this.#at(index, meter), meter));
    }
    return items;
  }
}

/**
 * Returns the cost of reading a JSON value, which is converted to a CEL value. A list or object costs more,
 * because a wrapper is created for it.
 */
export function readingCost(json: Json | undefined): number {
  const isWrapped = typeof json === "object" && json !== null;
  return isWrapped ? ACCESS_COST.wrapped : ACCESS_COST.converted;
}

/** A CEL map, or an object with declared fields. */
export abstract class MapValue {
  /** The JSON object from which the map was created; undefined for a computed map. */
  abstract readonly json: JsonObject | undefined;
  /**
   * Whether the value is an object with declared fields. If true, a null field of the object counts as
   * absent.
   */
  abstract readonly isStruct: boolean;
  /** Whether the map has a schema. If true, comparing the map with a value that is not a map fails. */
  abstract readonly isTyped: boolean;
  /**
   * The number of values in a computed map, including the values inside of its keys and values. The weight of
   * a JSON object is 0, because each access to the object is charged separately.
   */
  abstract readonly weight: number;
  /** Returns the number of entries. */
  abstract size(meter: Meter): number;
  /**
   * Returns the value of a key; undefined when the map does not have the key. Throws the CelError that is
   * stored in place of the value.
   */
  abstract find(key: Value, meter: Meter): Value | undefined;
  /** Reports whether the map has a key, without converting the key's value. */
  abstract has(key: Value, meter: Meter): boolean;
  /** Returns the keys in the order of the entries. */
  abstract keys(meter: Meter): Iterable<Value>;
  /** Returns the keys and values. In place of a value that cannot be read, an entry contains a CelError. */
  abstract entries(meter: Meter): Iterable<readonly [Value, Value | CelError]>;
}

/** Reports whether a value is a map or an object. */
export function isMap(value: unknown): value is MapValue {
  return value instanceof MapValue;
}

/** A CEL optional: a value that may be absent. */
export class Optional {
  /** The optional without a value. */
  static readonly none = new Optional(undefined);

  private constructor(readonly value: Value | undefined) {}

  /** Creates an optional with a value; the optional without a value when `value` is undefined. */
  static of(value: Value | undefined): Optional {
    return value === undefined ? Optional.none : new Optional(value);
  }
}

/** A CEL type as a value, as `type(x)` returns it. */
export class TypeValue {
  /**
   * Creates a type value.
   *
   * @param name The name of the type in CEL, such as `int` or `google.protobuf.Timestamp`.
   */
  constructor(readonly name: string) {}
}

/** A value of a type that a library defines, such as a quantity. */
export abstract class Opaque {
  /** The name of the type. */
  abstract readonly typeName: string;
  /**
   * The number of characters that an operation, such as a comparison, may have to read. The cost of the
   * operation depends on this number.
   */
  get characters(): number {
    return 0;
  }

  /** Whether the value may be the key of a map. */
  readonly isHashable: boolean = true;
  /**
   * A string that is the same for equal values of this type; undefined when values of this type are compared
   * by object identity.
   */
  get keyText(): string | undefined {
    return undefined;
  }
  /**
   * The result of comparing the value with a value of another type. False means that the two values are
   * unequal, and undefined means that they cannot be compared, so `==` throws.
   */
  readonly likeOthers: false | undefined = undefined;
  /**
   * Reports whether two values of this type are equal. Returns undefined when the values cannot be compared.
   */
  abstract equals(other: Opaque, meter: Meter): boolean | undefined;

  /**
   * Returns the value of a field; undefined when the field is absent. Called for a selection and for
   * `has()`. Most library types have no fields.
   */
  field(_key: Value): Value | undefined {
    return undefined;
  }
}

/**
 * The result of the function `omit()`. When an object or list that contains this value is written as JSON,
 * the field or element is left out.
 */
export class Omit extends Opaque {
  /** The only object of the class `Omit`. */
  static readonly instance = new Omit();
  /** The name of the type in messages. */
  readonly typeName = "kro.omit";

  /** Returns undefined, because a result of `omit()` cannot be compared. */
  override equals(): undefined {
    return undefined;
  }
}

/**
 * Returns the weight of a value, which is the number of values inside of it; 0 for a value that contains
 * none. A list may contain another list many times, so a small expression can build a value with billions of
 * values inside. An operation that visits all values inside of a value is therefore charged by the weight,
 * before the operation begins.
 */
export function weightOf(value: Value): number {
  if (typeof value !== "object") return 0;
  if (value instanceof ListValue || value instanceof MapValue) return value.weight;
  return value instanceof Optional && value.value !== undefined ? weightOf(value.value) : 0;
}

/** Returns the weight of a list or map that contains `values`: their number plus their own weights. */
export function totalWeight(values: readonly (Value | CelError)[]): number {
  return values.reduce<number>(
    (total, value) => total + 1 + (value instanceof CelError ? 0 : weightOf(value)),
    0,
  );
}
