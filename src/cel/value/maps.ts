/** The two kinds of maps: computed by an expression, and JSON objects. */
import type { Json, JsonObject } from "../../api/mod.ts";
import { attempt, CelError, fail, read } from "./error.ts";
import { entryIdentity } from "./keys.ts";
import { ACCESS_COST, type Meter } from "./meter.ts";
import { Duration, Timestamp } from "./time.ts";
import { MapValue, Opaque, TypeValue, Uint, type Value, weightOf } from "./values.ts";

/** A map computed by an expression. An entry's value may be a CelError, which is thrown when it is read. */
export class ComputedMap extends MapValue {
  /** Always undefined: the map is computed, not JSON. */
  readonly json: undefined = undefined;
  /** Always false: a computed map has no declared fields. */
  readonly isStruct = false;
  /** Always false: a computed map has no schema. */
  readonly isTyped = false;
  readonly #entries = new Map<unknown, readonly [Value, Value | CelError]>();
  #weight: number | undefined;

  /** A map of these entries; the last of equal keys counts. */
  static of(entries: Iterable<readonly [Value, Value | CelError]>, meter: Meter): ComputedMap {
    const map = new ComputedMap();
    for (const [key, value] of entries) map.set(key, value, meter);
    return map;
  }

  /** Adds or replaces an entry. Only for building the map: its weight is computed once. */
  set(key: Value, value: Value | CelError, meter: Meter): void {
    meter.charge(ACCESS_COST.entry);
    const identity = entryIdentity(key);
    this.#entries.set(identity, [this.#entries.get(identity)?.[0] ?? key, value]);
  }

  /** Removes an entry, as an absent optional in a map literal does. Only for building the map. */
  delete(key: Value): void {
    this.#entries.delete(entryIdentity(key));
  }

  /** The number of entries. Charges nothing. */
  size(): number {
    return this.#entries.size;
  }

  /** The number of entries plus the weights of their keys and values, computed once and kept. */
  get weight(): number {
    if (this.#weight !== undefined) return this.#weight;
    let weight = this.size();
    for (const [key, value] of this.#entries.values()) {
      weight += weightOf(key) + (value instanceof CelError ? 0 : weightOf(value));
    }
    return this.#weight = weight;
  }

  /** The value of this key, or of an equal integer of another numeric type. */
  find(key: Value, meter: Meter): Value | undefined {
    const entry = this.#entry(key, meter);
    return entry && read(entry[1]);
  }

  /** Whether {@link find} has an entry for the key. A CelError in place of its value is not thrown. */
  has(key: Value, meter: Meter): boolean {
    return this.#entry(key, meter) !== undefined;
  }

  /** The value of this key, without equal numbers of other types. */
  exact(key: Value): Value | CelError | undefined {
    return this.#entries.get(entryIdentity(key))?.[1];
  }

  /** The keys in the order in which they were first set. Charges nothing. */
  *keys(): Generator<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }

  /** The entries in the order of {@link keys}, a CelError in place of each value that failed. */
  entries(): Iterable<readonly [Value, Value | CelError]> {
    return this.#entries.values();
  }

  #entry(key: Value, meter: Meter): readonly [Value, Value | CelError] | undefined {
    meter.charge(ACCESS_COST.read);
    if (this.#entries.size === 0) return undefined;
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
  /** The JSON key for a key of an expression; undefined when there can be none. */
  jsonKey(key: string): string | undefined;
  /** The key under which expressions see a JSON key. */
  key(jsonKey: string): string;
  /** Converts the value of an entry. */
  value(jsonKey: string, json: Json): Value;
  /** See {@link MapValue.isStruct}. */
  readonly isStruct: boolean;
  /** See {@link MapValue.isTyped}. */
  readonly isTyped: boolean;
}

/** A JSON object whose entries are converted when they are read. */
export class JsonMap extends MapValue {
  /** Wraps `json` without copying it. `shape` names and converts the entries when they are read. */
  constructor(readonly json: JsonObject, private readonly shape: JsonMapShape) {
    super();
  }

  /** Always 0: each access is charged when it is made. */
  get weight(): number {
    return 0;
  }

  /** Whether the object has declared fields, by its shape; a null field then counts as absent. */
  get isStruct(): boolean {
    return this.shape.isStruct;
  }

  /** Whether the object has a schema: comparing it with anything but a map then fails. */
  get isTyped(): boolean {
    return this.shape.isTyped;
  }

  /** The number of fields, null ones included. Charges for each of them. */
  size(meter: Meter): number {
    let size = 0;
    for (const key in this.json) if (this.json[key] !== undefined) size++;
    meter.charge(size * ACCESS_COST.counted);
    return size;
  }

  /**
   * The converted value of a key; undefined when the key does not exist. Throws a DataError when the JSON
   * contradicts the schema, and a CelError with code `conversion` when a map with a schema is read by a key
   * that cannot be converted to a string.
   */
  find(key: Value, meter: Meter): Value | undefined {
    const entry = this.#entry(key, meter);
    return entry === undefined ? undefined : this.shape.value(entry[0], entry[1]);
  }

  /** Whether the key exists; its value is not converted. Refuses keys as {@link find} does. */
  has(key: Value, meter: Meter): boolean {
    return this.#entry(key, meter) !== undefined;
  }

  /** The keys as expressions see them, in the order of the JSON, those of null fields included. */
  *keys(meter: Meter): Generator<Value> {
    for (const key of Object.keys(this.json)) {
      meter.charge(ACCESS_COST.converted);
      if (this.json[key] !== undefined) yield this.shape.key(key);
    }
  }

  /** A null field of an object is a key whose value is a `pending` failure. */
  *entries(meter: Meter): Generator<readonly [Value, Value | CelError]> {
    for (const key of this.keys(meter)) {
      const value = attempt(() => this.find(key, meter), meter);
      yield [key, value === undefined ? new CelError("pending", "no such key") : value];
    }
  }

  #entry(key: Value, meter: Meter): readonly [string, Json] | undefined {
    meter.charge(ACCESS_COST.converted);
    const jsonKey = typeof key === "string" ? this.shape.jsonKey(key) : this.#textKey(key);
    if (jsonKey === undefined || !Object.hasOwn(this.json, jsonKey)) return undefined;
    const json = this.json[jsonKey];
    return json === undefined || (json === null && this.isStruct) ? undefined : [jsonKey, json];
  }

  /** The JSON key for a key that is not a string: maps with a schema convert it to one first. */
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
