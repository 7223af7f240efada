/**
 * Finds list elements in managed fields. Comparing each element with each key would take seconds for a list
 * of a few thousand elements.
 */
import {
  canonical,
  fieldKeyValue,
  isObject,
  type Json,
  type JsonObject,
  ownValue,
  TooDeepError,
} from "../../api/mod.ts";

/** A key of the managed fields: its position among the keys, and the field set of its element. */
interface Entry {
  at: number;
  fields: Json | undefined;
}

/** The keys that name list elements by the same key fields. */
interface KeyGroup {
  names: readonly string[];
  keys: { values: JsonObject; entry: Entry }[];
  /** The entries by the values of the key fields that an element has. */
  indexes: Map<string, Map<string, Entry>>;
}

/**
 * The maximum number of key fields, of groups of keys, and of indexes of a group. Further ones are ignored.
 */
const MAX_VARIANTS = 16;

/** An index of the keys in the field set of a list. */
export class ElementIndex {
  readonly #positions = new Map<string, Entry>();
  readonly #values = new Map<string, Entry>();
  readonly #groups = new Map<string, KeyGroup>();

  /** Indexes the keys of a field set. Keys that are malformed are ignored. */
  constructor(fields: JsonObject) {
    let at = 0;
    for (const key in fields) {
      const entry = { at: at++, fields: fields[key] };
      if (key.startsWith("i:")) this.#positions.set(key.slice(2), entry);
      if (!key.startsWith("k:") && !key.startsWith("v:")) continue;
      const value = fieldKeyValue(key);
      const text = value === undefined ? undefined : textOf(value);
      if (text === undefined) continue;
      if (key.startsWith("v:")) addFirst(this.#values, text, entry);
      else if (isObject(value)) this.#addKeys(value, entry);
    }
  }

  /**
   * Returns the field set of a list element; undefined when no key names the element. `k:` is followed by the
   * key fields of the element, `v:` by the element itself, and `i:` by its index. A key field that is missing
   * in the element matches every value, because the API server may have added a default to the key.
   */
  find(element: Json | undefined, index: number): Json | undefined {
    const found = [this.#positions.get(String(index))];
    if (this.#values.size > 0) found.push(this.#values.get(textOf(element ?? null) ?? ""));
    if (isObject(element)) {
      for (const group of this.#groups.values()) found.push(inGroup(group, element));
    }
    let first: Entry | undefined;
    for (const entry of found) if (entry && (!first || entry.at < first.at)) first = entry;
    return first?.fields;
  }

  #addKeys(values: JsonObject, entry: Entry): void {
    const names = Object.keys(values).sort();
    if (names.length > MAX_VARIANTS) return;
    const id = JSON.stringify(names);
    let group = this.#groups.get(id);
    if (!group) {
      if (this.#groups.size >= MAX_VARIANTS) return;
      this.#groups.set(id, group = { names, keys: [], indexes: new Map() });
    }
    group.keys.push({ values, entry });
  }
}

/** Returns the first entry of the group whose key fields have the values of the element. */
function inGroup({ names, keys, indexes }: KeyGroup, element: JsonObject): Entry | undefined {
  const present = names.filter((name) => (ownValue(element, name) ?? null) !== null);
  const id = JSON.stringify(present);
  let index = indexes.get(id);
  if (!index) {
    if (indexes.size >= MAX_VARIANTS) return undefined;
    indexes.set(id, index = new Map());
    for (const { values, entry } of keys) {
      const text = textOf(present.map((name) => values[name] ?? null));
      if (text !== undefined) addFirst(index, text, entry);
    }
  }
  return index.get(textOf(present.map((name) => element[name] ?? null)) ?? "");
}

function addFirst(index: Map<string, Entry>, text: string, entry: Entry): void {
  if (!index.has(text)) index.set(text, entry);
}

/** Returns a text that is equal for equal values; undefined when the value is nested too deeply. */
function textOf(value: Json): string | undefined {
  try {
    return canonical(value);
  } catch (error) {
    if (error instanceof TooDeepError) return undefined;
    throw error;
  }
}
