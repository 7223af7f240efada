/** Interns strings that occur in many objects, so that equal strings share memory. */
import type { JsonObject } from "../api/mod.ts";

/**
 * The maximum number of interned strings. When this number is reached, the table of strings is cleared. The
 * strings themselves stay valid, but a later equal string is stored a second time.
 */
const MAX_STRINGS = 10_000;

/**
 * The maximum length of an interned string, in UTF-16 code units. Longer strings are seldom equal and are not
 * interned.
 */
const MAX_LENGTH = 200;

/**
 * Replaces equal strings by one shared copy to save memory. Stores up to 10 000 strings of up to 200
 * characters.
 */
export class Interner {
  readonly #known = new Map<string, string>();

  /** Returns the shared copy of a string. The first of several equal strings becomes the shared copy. */
  intern(value: string): string {
    if (value.length > MAX_LENGTH) return value;
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_STRINGS) this.#known.clear();
    this.#known.set(value, value);
    return value;
  }

  /**
   * Interns the string values of an object in place. The values of the keys in `except` are left unchanged.
   */
  internValues(object: JsonObject | undefined, except: readonly string[] = []): void {
    if (!object) return;
    for (const key in object) {
      const value = object[key];
      if (typeof value === "string" && !except.includes(key)) object[key] = this.intern(value);
    }
  }
}
