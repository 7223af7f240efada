/** Interns strings that many objects have in common. */
import type { JsonObject } from "../api/mod.ts";

/** At this size the table is cleared; strings interned before are only held more than once from then on. */
const MAX_STRINGS = 10_000;

/** Longer strings are seldom equal; in UTF-16 code units. */
const MAX_LENGTH = 200;

/** Replaces equal strings by one copy, to save memory. Bounded by {@link MAX_STRINGS}. */
export class Interner {
  readonly #known = new Map<string, string>();

  /** An equal string: the copy that is known, or this one. */
  intern(value: string): string {
    if (value.length > MAX_LENGTH) return value;
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_STRINGS) this.#known.clear();
    this.#known.set(value, value);
    return value;
  }

  /** Interns an object's string values in place, except under these keys. */
  internValues(object: JsonObject | undefined, except: readonly string[] = []): void {
    if (!object) return;
    for (const [key, value] of Object.entries(object)) {
      if (typeof value === "string" && !except.includes(key)) object[key] = this.intern(value);
    }
  }
}
