/** Interns strings that occur in many objects. */
import type { JsonObject } from "../api/mod.ts";

/** At this size the table is cleared. Strings interned before stay valid, but may be stored twice. */
const MAX_STRINGS = 10_000;

/** Longer strings are not interned, because they are seldom equal. In UTF-16 code units. */
const MAX_LENGTH = 200;

/** Replaces equal strings by one copy, to save memory. Holds up to 10 000 strings of up to 200 characters. */
export class Interner {
  readonly #known = new Map<string, string>();

  /** Returns the interned copy of a string; the first one becomes the copy. */
  intern(value: string): string {
    if (value.length > MAX_LENGTH) return value;
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_STRINGS) this.#known.clear();
    this.#known.set(value, value);
    return value;
  }

  /** Interns an object's string values in place, except under the keys `except`. */
  internValues(object: JsonObject | undefined, except: readonly string[] = []): void {
    if (!object) return;
    for (const [key, value] of Object.entries(object)) {
      if (typeof value === "string" && !except.includes(key)) object[key] = this.intern(value);
    }
  }
}
