/** The values that expressions compute with. */
import type { Json, JsonObject } from "../../api/mod.ts";
import { Uint } from "../syntax/ast.ts";
import { Duration, Timestamp } from "./time.ts";
import { attempt, CelError, fail, read } from "./error.ts";
import { Omit, Opaque, Optional, TypeValue } from "./opaque.ts";
import { pay } from "./work.ts";

export { Omit, Opaque, Optional, TypeValue, Uint };

// What looking at parts of lists and maps costs, whoever does it, in the budget's units.
/** A value that is there. */
const READ = 3;
/** A value that is made of JSON. */
const CONVERTED = 15;
/** A field that is counted. */
const COUNTED = 25;
/** An entry of a map. */
const MADE = 180;

/** Any value. int is `bigint`, double is `number`. */
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

/** How the elements of a list are understood behind which a schema stands. */
export interface ListTyping {
  /** Of `x-kubernetes-list-type` set and map: what makes two elements the same one. */
  readonly identity?: (element: Value) => string;
  /** A value that is added to the list, read by the list's schema; or why it is not of that schema. */
  adopt(item: Value | CelError): Value | CelError;
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
    /** The schema that stands behind it, if one does. */
    readonly typing?: ListTyping,
  ) {
    this.#at = at;
    this.json = json;
  }

  /** A schema stands behind it. */
  get isTyped(): boolean {
    return this.typing !== undefined;
  }

  /** A computed list. An element may be why it has no value, told when it is read. */
  static of(items: readonly (Value | CelError)[]): ListValue {
    const list = new ListValue(items.length, (index) => read(items[index] ?? null));
    list.#items = items;
    return list;
  }

  /** How many values a walk through all of it meets. */
  get weight(): number {
    return this.#weight ??= this.#items ? totalWeight(this.#items) : this.size;
  }

  /** A list of JSON values. */
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

  /** A computed list behind which a schema stands all the same. */
  static typed(typing: ListTyping, items: readonly (Value | CelError)[]): ListValue {
    return new ListValue(items.length, (index) => read(items[index] ?? null), undefined, typing);
  }

  /** The element at an index that is within bounds. */
  at(index: number): Value {
    pay(this.#items === undefined ? CONVERTED : READ);
    return this.#at(index);
  }

  *[Symbol.iterator](): Generator<Value> {
    for (let index = 0; index < this.size; index++) yield this.at(index);
  }

  /** All elements, or why they have no value: who only moves them does not look at them. */
  items(): (Value | CelError)[] {
    pay(this.size * (this.#items === undefined ? CONVERTED : READ));
    const items: (Value | CelError)[] = [];
    for (let index = 0; index < this.size; index++) items.push(attempt(() => this.#at(index)));
    return items;
  }
}

/** A map or an object. */
export interface MapValue {
  /** Number of entries. */
  readonly size: number;
  /** The untouched JSON, when the map came in as JSON. */
  readonly json: JsonObject | undefined;
  /** An object with declared fields rather than a map. */
  readonly isStruct: boolean;
  /** The value under a key. */
  find(key: Value): Value | undefined;
  /** Whether there is such a key, without converting its value. */
  has(key: Value): boolean;
  /** Keys in the order of the data. */
  keys(): Iterable<Value>;
  /** Keys with their values, or with why there is none. */
  entries(): Iterable<readonly [Value, Value | CelError]>;
}

/** Tells maps from other values. */
export function isMap(value: unknown): value is MapValue {
  return value instanceof ComputedMap || value instanceof JsonMap;
}

/** A map made by an expression. An entry may hold why it has no value, told when it is read. */
export class ComputedMap implements MapValue {
  readonly json = undefined;
  readonly isStruct = false;
  readonly #entries = new Map<string, readonly [Value, Value | CelError]>();
  #weight: number | undefined;

  constructor(entries: Iterable<readonly [Value, Value | CelError]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  /** Adds or replaces an entry; only while the map is being made. */
  set(key: Value, value: Value | CelError): void {
    pay(MADE);
    const identity = entryIdentity(key);
    this.#entries.set(identity, [this.#entries.get(identity)?.[0] ?? key, value]);
  }

  /** Takes an entry away, as an absent optional does; only while the map is being made. */
  delete(key: Value): void {
    this.#entries.delete(entryIdentity(key));
  }

  get size(): number {
    return this.#entries.size;
  }

  /** How many values a walk through all of it meets; asked only when the map has been made. */
  get weight(): number {
    if (this.#weight !== undefined) return this.#weight;
    let weight = this.size;
    for (const [key, value] of this.#entries.values()) {
      weight += weightOf(key) + (value instanceof CelError ? 0 : weightOf(value));
    }
    return this.#weight = weight;
  }

  /** The value under this very key, or else under an integer that is equal to it. */
  find(key: Value): Value | undefined {
    const value = this.#entry(key)?.[1];
    if (value instanceof CelError) throw value;
    return value;
  }

  has(key: Value): boolean {
    return this.#entry(key) !== undefined;
  }

  /** The value under this very key. */
  exact(key: Value): Value | CelError | undefined {
    return this.#entries.get(entryIdentity(key))?.[1];
  }

  *keys(): Generator<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }

  entries(): Iterable<readonly [Value, Value | CelError]> {
    return this.#entries.values();
  }

  #entry(key: Value): readonly [Value, Value | CelError] | undefined {
    pay(READ);
    if (this.size === 0) return undefined;
    const exact = this.#entries.get(entryIdentity(key));
    if (exact !== undefined || typeof key === "string") return exact;
    if (typeof key === "bigint") return this.#entries.get(`uint${key}`);
    if (key instanceof Uint) return this.#entries.get(`int${key.value}`);
    if (typeof key !== "number" || !Number.isInteger(key)) return undefined;
    const whole = BigInt(key);
    return this.#entries.get(`int${whole}`) ?? this.#entries.get(`uint${whole}`);
  }
}

/** How the entries of a JSON object are named and converted. */
export interface JsonMapShape {
  /** The JSON key for a key of the expression; undefined when there can be none. */
  jsonKey(key: string): string | undefined;
  /** The key of the expression for a JSON key. */
  key(jsonKey: string): string;
  /** The value of an entry. */
  value(jsonKey: string, json: Json): Value;
  /** Null means absent, as in objects with declared fields. */
  readonly isStruct: boolean;
  /** A schema stands behind it: comparing it with anything but a map is a fault, not just unequal. */
  readonly isTyped: boolean;
}

/** A JSON object whose entries are converted when they are read. */
export class JsonMap implements MapValue {
  constructor(readonly json: JsonObject, private readonly shape: JsonMapShape) {}

  get isStruct(): boolean {
    return this.shape.isStruct;
  }

  /** A schema stands behind it. */
  get isTyped(): boolean {
    return this.shape.isTyped;
  }

  get size(): number {
    let size = 0;
    for (const key in this.json) if (this.json[key] !== undefined) size++;
    pay(size * COUNTED);
    return size;
  }

  find(key: Value): Value | undefined {
    const entry = this.#entry(key);
    return entry === undefined ? undefined : this.shape.value(entry[0], entry[1]);
  }

  has(key: Value): boolean {
    return this.#entry(key) !== undefined;
  }

  *keys(): Generator<Value> {
    for (const key of Object.keys(this.json)) {
      pay(CONVERTED);
      if (this.json[key] !== undefined) yield this.shape.key(key);
    }
  }

  /** Null fields of an object are keys without a value. */
  *entries(): Generator<readonly [Value, Value | CelError]> {
    for (const key of this.keys()) {
      const value = attempt(() => this.find(key));
      yield [key, value === undefined ? new CelError("pending", "no such key") : value];
    }
  }

  #entry(key: Value): readonly [string, Json] | undefined {
    pay(CONVERTED);
    const jsonKey = typeof key === "string" ? this.shape.jsonKey(key) : this.#textKey(key);
    if (jsonKey === undefined || !Object.hasOwn(this.json, jsonKey)) return undefined;
    const json = this.json[jsonKey];
    return json === undefined || (json === null && this.isStruct) ? undefined : [jsonKey, json];
  }

  /** Where a schema stands behind it, a key that is no string is first made one. */
  #textKey(key: Value): string | undefined {
    if (!this.isTyped) return undefined;
    if (typeof key !== "object" || key === null) return this.shape.jsonKey(String(key));
    if (key instanceof Uint) return this.shape.jsonKey(String(key.value));
    if (key instanceof Uint8Array) return this.shape.jsonKey(new TextDecoder().decode(key));
    const hasText = key instanceof Timestamp ||
      key instanceof Duration || key instanceof TypeValue ||
      key instanceof Opaque && key.keyText !== undefined;
    return hasText ? undefined : fail("conversion", "a key of this type cannot be made a string");
  }
}

/**
 * How many values a walk through a value meets. Lists and maps may hold one another many times over,
 * so that a small expression makes what no walk comes through.
 */
export function weightOf(value: Value): number {
  if (typeof value !== "object") return 0;
  if (value instanceof ListValue || value instanceof ComputedMap) return value.weight;
  return value instanceof Optional && value.value !== undefined ? weightOf(value.value) : 0;
}

function totalWeight(values: readonly (Value | CelError)[]): number {
  return values.reduce<number>(
    (total, value) => total + 1 + (value instanceof CelError ? 0 : weightOf(value)),
    0,
  );
}

/** Keys that are equal have the same identity: `1`, `1u` and `1.0` are one key. */
export function keyIdentity(key: Value): string | undefined {
  if (typeof key === "string") return `s${key}`;
  if (typeof key === "boolean") return `b${key}`;
  if (typeof key === "bigint") return `n${key}`;
  if (key instanceof Uint) return `n${key.value}`;
  if (typeof key === "number") return Number.isInteger(key) ? `n${BigInt(key)}` : `d${key}`;
  if (key instanceof Timestamp) return `t${key.nanos}`;
  return key instanceof Duration ? `u${key.nanos}` : undefined;
}

let unique = 0;
const identities = new WeakMap<object, string>();

/**
 * What tells the keys of a map apart. Equal numbers of two types are two keys, and what is compared by
 * its parts elsewhere is here the same only when it is one value, as in cel-go.
 */
function entryIdentity(key: Value): string {
  if (typeof key === "string") return `s${key}`;
  if (typeof key === "bigint") return `int${key}`;
  if (key instanceof Uint) return `uint${key.value}`;
  if (typeof key === "number") return Number.isNaN(key) ? `nan${unique++}` : `d${key}`;
  if (key === null) return "null";
  if (key instanceof TypeValue) return `type ${key.name}`;
  const known = keyIdentity(key);
  if (known !== undefined || typeof key !== "object") return known ?? "";
  if (key instanceof Uint8Array || key instanceof Opaque && !key.isHashable) {
    return fail("conversion", "a value of this type cannot be a key");
  }
  const text = key instanceof Opaque ? key.keyText : undefined;
  if (text !== undefined) return `opaque ${text}`;
  // What comes from plain JSON is made anew at each look, so that it is never the same.
  const isPlain = (key instanceof JsonMap || key instanceof ListValue) && key.json && !key.isTyped;
  if (isPlain) return `object${unique++}`;
  const made = identities.get(key) ?? `object${unique++}`;
  identities.set(key, made);
  return made;
}
