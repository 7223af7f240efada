/** The values that expressions compute with. */
import type { Json, JsonObject } from "../../api/mod.ts";
import { Uint } from "../syntax/ast.ts";
import { attempt, CelError, read } from "./error.ts";
import { ACCESS_COST, type Meter } from "./meter.ts";
import type { Duration, Timestamp } from "./time.ts";

export { Uint };

/** Any CEL value. An int is a `bigint`, a double is a `number`. */
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

/** The element typing of a list that has a schema. */
export interface ListTyping {
  /**
   * The identity of an element among the others, for lists whose `x-kubernetes-list-type` is `set` or
   * `map`; absent for atomic lists.
   */
  readonly identity?: (element: Value, meter: Meter) => string;
  /** Converts a value that is added to the list by the schema of its elements; a CelError on mismatch. */
  adopt(item: Value | CelError, meter: Meter): Value | CelError;
}

/** A list: computed, or JSON whose elements are converted when they are read. */
export class ListValue {
  /** The untouched JSON, when the list came in as JSON. */
  readonly json: readonly Json[] | undefined;
  #at: (index: number) => Value;
  #items: readonly (Value | CelError)[] | undefined;
  #weight: number | undefined;

  private constructor(
    readonly size: number,
    at: (index: number) => Value,
    json?: readonly Json[],
    /** The element typing; undefined when the list has no schema. */
    readonly typing?: ListTyping,
  ) {
    this.#at = at;
    this.json = json;
  }

  /** Whether the list has a schema. */
  get isTyped(): boolean {
    return this.typing !== undefined;
  }

  /** A computed list. An element may be a CelError, which is thrown when the element is read. */
  static of(items: readonly (Value | CelError)[]): ListValue {
    const list = new ListValue(items.length, (index) => read(items[index] ?? null));
    list.#items = items;
    return list;
  }

  /** The number of values that a complete walk through the list visits. */
  get weight(): number {
    return this.#weight ??= this.#items ? totalWeight(this.#items) : this.size;
  }

  /** A list of JSON values, each converted when it is read. */
  static fromJson(
    json: readonly Json[],
    convert: (item: Json) => Value,
    typing?: ListTyping,
  ): ListValue {
    const at = (index: number) => convert(json[index] ?? null);
    return new ListValue(json.length, at, json, typing);
  }

  /** A list whose elements are computed when they are read. */
  static lazy(size: number, at: (index: number) => Value): ListValue {
    return new ListValue(size, at);
  }

  /** A computed list with a schema: the result of adding to a list that has one. */
  static typed(typing: ListTyping, items: readonly (Value | CelError)[]): ListValue {
    return new ListValue(items.length, (index) => read(items[index] ?? null), undefined, typing);
  }

  /** The element at an index, which must be within bounds. */
  at(index: number, meter: Meter): Value {
    meter.charge(this.#items === undefined ? ACCESS_COST.converted : ACCESS_COST.read);
    return this.#at(index);
  }

  /** The elements in order; reading one may throw its CelError. */
  *values(meter: Meter): Generator<Value> {
    for (let index = 0; index < this.size; index++) yield this.at(index, meter);
  }

  /** All elements, a CelError in place of each that cannot be read: for moving elements unread. */
  items(meter: Meter): (Value | CelError)[] {
    const cost = this.#items === undefined ? ACCESS_COST.converted : ACCESS_COST.read;
    meter.charge(this.size * cost);
    const items: (Value | CelError)[] = [];
    for (let index = 0; index < this.size; index++) {
      items.push(attempt(() => this.#at(index), meter));
    }
    return items;
  }
}

/** A map, or an object with declared fields. */
export abstract class MapValue {
  /** The untouched JSON, when the map came in as JSON. */
  abstract readonly json: JsonObject | undefined;
  /** Whether this is an object with declared fields; a null field then counts as absent. */
  abstract readonly isStruct: boolean;
  /** Whether the map has a schema: comparing it with anything but a map then fails. */
  abstract readonly isTyped: boolean;
  /** The number of values that a complete walk visits, when the map holds them already; else 0. */
  abstract readonly weight: number;
  /** The number of entries. */
  abstract size(meter: Meter): number;
  /** The value of a key; undefined when the key does not exist. Throws the entry's CelError. */
  abstract find(key: Value, meter: Meter): Value | undefined;
  /** Whether the key exists; its value is not converted. */
  abstract has(key: Value, meter: Meter): boolean;
  /** The keys in the order of the data. */
  abstract keys(meter: Meter): Iterable<Value>;
  /** The keys with their values, a CelError in place of each value that cannot be read. */
  abstract entries(meter: Meter): Iterable<readonly [Value, Value | CelError]>;
}

/** Whether a value is a map or an object. */
export function isMap(value: unknown): value is MapValue {
  return value instanceof MapValue;
}

/** A value that may be absent. */
export class Optional {
  /** The absent value. */
  static readonly none = new Optional(undefined);

  private constructor(readonly value: Value | undefined) {}

  /** A present value; the absent one for undefined. */
  static of(value: Value | undefined): Optional {
    return value === undefined ? Optional.none : new Optional(value);
  }
}

/** A type as a value, as `type(x)` returns it. */
export class TypeValue {
  /** `name` is the type's name in CEL, such as `int` or `google.protobuf.Timestamp`. */
  constructor(readonly name: string) {}
}

/** A value of a type that a library defines. */
export abstract class Opaque {
  /** The type's name. */
  abstract readonly typeName: string;
  /** Whether it may be a key of a map. */
  readonly isHashable: boolean = true;
  /** The text by which keys of this type are equal; undefined when they are compared by object identity. */
  get keyText(): string | undefined {
    return undefined;
  }
  /** Result of comparing with a value of another type: unequal (false), or a failure (undefined). */
  readonly likeOthers: false | undefined = undefined;
  /** Whether both values of this type are equal; undefined when they cannot be compared. */
  abstract equals(other: Opaque, meter: Meter): boolean | undefined;

  /** The value of a field, also for `has()`; undefined when absent. Most library types have no fields. */
  field(_key: Value): Value | undefined {
    return undefined;
  }
}

/** The value of `omit()`: the field or list element that holds it is left out of the JSON. */
export class Omit extends Opaque {
  /** The only instance. */
  static readonly instance = new Omit();
  /** The name that messages print for the type of `omit()`. */
  readonly typeName = "kro.omit";

  /** Always undefined: comparing results of `omit()` fails. */
  override equals(): undefined {
    return undefined;
  }
}

/**
 * The number of values that a complete walk through a value visits. A list may hold another many times
 * over, so a small expression can build a value that no walk finishes; its weight is charged instead.
 */
export function weightOf(value: Value): number {
  if (typeof value !== "object") return 0;
  if (value instanceof ListValue || value instanceof MapValue) return value.weight;
  return value instanceof Optional && value.value !== undefined ? weightOf(value.value) : 0;
}

/** The weight of a list or map of these values. */
export function totalWeight(values: readonly (Value | CelError)[]): number {
  return values.reduce<number>(
    (total, value) => total + 1 + (value instanceof CelError ? 0 : weightOf(value)),
    0,
  );
}
