/** Texts that many objects have in common, held once. */
import type { JsonObject } from "../../api/mod.ts";

/** Beyond so many it begins anew: what is rare is not worth remembering. */
const MOST = 10_000;

/** Longer texts are seldom shared. */
const LONGEST = 200;

/** See the file's first line. */
export class Interner {
  readonly #known = new Map<string, string>();

  /** The one copy of an equal text. */
  once(text: string): string {
    if (text.length > LONGEST) return text;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(text, text);
    return text;
  }

  /** Replaces the texts among an object's values, but for those of some keys; to the same ones. */
  share(object: JsonObject | undefined, except: readonly string[] = []): void {
    if (!object) return;
    for (const [key, value] of Object.entries(object)) {
      if (typeof value === "string" && !except.includes(key)) object[key] = this.once(value);
    }
  }
}
