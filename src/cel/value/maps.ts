/** The two implementations of maps: maps that an expression computes, and JSON objects. */
import type { Json, JsonObject } from "../../api/mod.ts";
import { attempt, CelError, fail, read } from "./error.ts";
import { entryIdentity } from "./keys.ts";
import { ACCESS_COST, type Meter } from "./meter.ts";
import { Duration, Timestamp } from "./time.ts";
import { MapValue, Opaque, readingCost, TypeValue, Uint, type Value, weightOf } from "./values.ts";

/**
 * A map that an expression computes. If a value could not be computed, the entry stores a CelError, which is
 * thrown when the value is read.
 */
export class ComputedMap extends MapValue {
  /** The JSON of the map: always undefined, because an expression computed the map. */
  readonly json: undefined = undefined;
  /** Whether the map has declared fields: always false for a computed map. */
  readonly isStruct = false;
  /** Whether the map has a schema: always false for a computed map. */
  readonly isTyped = false;
  readonly #entries = new Map<unknown, readonly [Value, Value | CelError]>();
  #weight: number | undefined;

  /** Creates a map of these entries. If a key occurs several times, the last entry is used. */
  static of(entries: Iterable<readonly [Value, Value | CelError]>, meter: Meter): ComputedMap {
    const map = new ComputedMap();
    for (const [key, value] of entries) map.set(key, value, meter);
    return map;
  }

  /**
   * Adds or replaces an entry. Must be called only while the map is built, because {@link weight} is
   * computed only once.
   */
  set(key: Value, value: Value | CelError, meter: Meter): void {
    meter.charge(ACCESS_COST.entry);
    const identity = entryIdentity(key, meter);
    this.#entries.set(identity, [this.#entries.get(identity)?.[0] ?? key, value]);
  }

  /**
   * Removes an entry. Used when an optional entry of a map literal has no value. Must be called only while
   * the map is built.
   */
  delete(key: Value, meter: Meter): void {
    this.#entries.delete(entryIdentity(key, meter));
  }

  /** Returns the number of entries. Charges nothing. */
  size(): number {
    return this.#entries.size;
  }

  /** The number of entries plus the weights of their keys and values. Computed once and then kept. */
  get weight(): number {
    if (this.#weight !== undefined) return this.#weight;
    let weight = this.size();
    for (const [key, value] of this.#entries.values()) {
      weight += weightOf(key) + (value instanceof CelError ? 0 : weightOf(value));
    }
    return this.#weight = weight;
  }

  /**
   * Returns the value of a key. If the map does not contain the key, returns the value of the equal int or
   * uint key: for `1u` or `1.0`, for example, the value of `1`.
   */
  find(key: Value, meter: Meter): Value | undefined {
    const entry = this.#entry(key, meter);
    return entry && read(entry[1]);
  }

  /**
   * Reports whether {@link find} would find an entry for the key. If the entry stores a CelError, the error
   * is not thrown.
   */
  has(key: Value, meter: Meter): boolean {
    return this.#entry(key, meter) !== undefined;
  }

  /** Returns the value of a key. Unlike {@link find}, does not find the key `1` when `key` is `1u`. */
  exact(key: Value, meter: Meter): Value | CelError | undefined {
    return this.#entries.get(entryIdentity(key, meter))?.[1];
  }

  /** Yields the keys in the order in which they were first set. Charges nothing. */
  *keys(): Generator<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }

  /**
   * Returns the entries in the order of {@link keys}. If a value could not be computed, the entry contains a
   * CelError.
   */
  entries(): Iterable<readonly [Value, Value | CelError]> {
    return this.#entries.values();
  }

  #entry(key: Value, meter: Meter): readonly [Value, Value | CelError] | undefined {
    meter.charge(ACCESS_COST.read);
    if (this.#entries.size === 0) return undefined;
    const exact = this.#entries.get(entryIdentity(key, meter));
    if (exact !== undefined || typeof key === "string") return exact;
    if (typeof key === "bigint") return this.#entries.get(`uint${key}`);
    if (key instanceof Uint) return this.#entries.get(`int${key.value}`);
    if (typeof key !== "number" || !Number.isInteger(key)) return undefined;
    const whole = BigInt(key);
    return this.#entries.get(`int${whole}`) ?? this.#entries.get(`uint${whole}`);
  }
}

/**
 * The rules for the entries of a JSON object: under which keys expressions see the entries, and to which CEL
 * values their JSON is converted.
 */
export interface JsonMapShape {
  /**
   * Returns the JSON key for a key in an expression; undefined when the JSON object cannot contain the key.
   */
  jsonKey(key: string): string | undefined;
  /** Returns the key under which expressions see a JSON key. */
  key(jsonKey: string): string;
  /** Converts the value of an entry to a CEL value. */
  value(jsonKey: string, json: Json, meter: Meter): Value;
  /** Whether the JSON object has declared fields (see {@link MapValue.isStruct}). */
  readonly isStruct: boolean;
  /** Whether the JSON object has a schema (see {@link MapValue.isTyped}). */
  readonly isTyped: boolean;
}

/** A JSON object whose entries are converted to CEL values when an expression reads them. */
export class JsonMap extends MapValue {
  /**
   * Creates a map from a JSON object without copying the object.
   *
   * @param shape Names and converts the entries when they are read.
   */
  constructor(readonly json: JsonObject, private readonly shape: JsonMapShape) {
    super();
  }

  /**
   * Always 0. The weight is the cost that is charged before an operation visits all entries. In a JSON
   * object, each access is charged separately instead.
   */
  get weight(): number {
    return 0;
  }

  /** Whether the object has declared fields. If true, a null field of the object counts as absent. */
  get isStruct(): boolean {
    return this.shape.isStruct;
  }

  /** Whether the object has a schema. If true, comparing the object with a value that is not a map fails. */
  get isTyped(): boolean {
    return this.shape.isTyped;
  }

  /** Returns the number of fields, including null fields. Charges for each field. */
  size(meter: Meter): number {
    let size = 0;
    for (const key in this.json) if (this.json[key] !== undefined) size++;
    meter.charge(size * ACCESS_COST.counted);
    return size;
  }

  /**
   * Returns the converted value of a key; undefined when the object does not have the key. Throws a
   * DataError when the JSON contradicts the schema. Throws a CelError with code `conversion` when the map
   * has a schema and the key cannot be converted to a string.
   */
  find(key: Value, meter: Meter): Value | undefined {
    const entry = this.#entry(key, meter);
    if (entry !== undefined) meter.charge(readingCost(entry[1]) - ACCESS_COST.converted);
    return entry === undefined ? undefined : this.shape.value(entry[0], entry[1], meter);
  }

  /**
   * Reports whether the object has a key, without converting the key's value. Throws the same error as
   * {@link find} when the key cannot be converted to a string.
   */
  has(key: Value, meter: Meter): boolean {
    return this.#entry(key, meter) !== undefined;
  }

  /**
   * Yields the keys as expressions see them, in the order of the JSON object, including the keys of null
   * fields.
   */
  *keys(meter: Meter): Generator<Value> {
    const keys = Object.keys(this.json);
    meter.charge(keys.length * ACCESS_COST.counted);
    for (const key of keys) {
      if (this.json[key] !== undefined) yield this.shape.key(key);
    }
  }

  /**
   * Yields the entries. For a null field of an object, the entry contains a CelError with code `pending` in
   * place of the value.
   */
  *entries(meter: Meter): Generator<readonly [Value, Value | CelError]> {
    for (const key of this.keys(meter)) {
      const value = attempt(() => this.find(key, meter), meter);
      yield [key, value === undefined ? new CelError("pending", "no such key") : value];
    }
  }

  #entry(key: Value, meter: Meter): readonly [string, Json] | undefined {
    meter.charge(ACCESS_COST.converted);
    if (typeof key === "string") meter.charge(key.length * ACCESS_COST.hashed);
    const jsonKey = typeof key === "string" ? this.shape.jsonKey(key) : this.#textKey(key);
    if (jsonKey === undefined || !Object.hasOwn(this.json, jsonKey)) return undefined;
    const json = this.json[jsonKey];
    return json === undefined || (json === null && this.isStruct) ? undefined : [jsonKey, json];
  }

  /**
   * Returns the JSON key for a key that is not a string; undefined when the map has no such key. In a map
   * with a schema, a number, bool, null or bytes is converted to a string. Throws a CelError for a key that
   * cannot be a string, such as a list.
   */
  #textKey(key: Value): string | undefined {
    if (!this.isTyped) return undefined;
    if (typeof key !== "object" || key === null) return this.shape.jsonKey(String(key));
    if (key instanceof Uint) return this.shape.jsonKey(String(key.value));
    if (key instanceof Uint8Array) return this.shape.jsonKey(new TextDecoder().decode(key));
    const hasText = key instanceof Timestamp ||
      key instanceof Duration || key instanceof TypeValue ||
      key instanceof Opaque && key.keyText !== undefined;
    return hasText
      ? undefined
      : fail("conversion", "a key of this type cannot be converted to a string");
  }
}
