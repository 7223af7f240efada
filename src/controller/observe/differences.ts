/**
 * Stores the latest differences of each RGD or instance, and decides when the differences are logged. A
 * difference is a write that kro would send if it did not only observe.
 */

/**
 * The time for which differences must stay the same before they are logged, in milliseconds. While another
 * controller reconciles an object, each of its writes changes the differences.
 */
const LASTING_MS = 5000;

/** The latest differences of one RGD or instance. */
interface Entry<T> {
  /** The differences. */
  readonly found: T;
  /** The differences as JSON, to compare them. */
  readonly text: string;
  /** The time at which exactly these differences were found first, in milliseconds since 1970. */
  readonly since: number;
  /** The differences that were logged last, as JSON; undefined when none were logged. */
  logged?: string;
}

/** The result of {@link Differences.put}. */
export interface Effect {
  /** Whether the new differences differ from those that were found before. */
  isNew: boolean;
  /** Whether the differences must be logged now. */
  isLogged: boolean;
  /**
   * The time after which the object must be compared again, in milliseconds; undefined when no further
   * comparison is needed.
   */
  afterMs?: number;
}

/**
 * Stores the latest differences of each key. Differences that last for 5 s are logged once. When logged
 * differences have disappeared, this is logged immediately.
 */
export class Differences<T extends object> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #now: () => Date;
  readonly #isEmpty: (found: T) => boolean;
  /** The JSON of a value without differences. All keys without a difference share this string. */
  #emptyText?: string;

  /**
   * Creates an empty store.
   *
   * @param isEmpty Returns whether the value contains no difference.
   */
  constructor(now: () => Date, isEmpty: (found: T) => boolean) {
    this.#now = now;
    this.#isEmpty = isEmpty;
  }

  /** Stores the differences that were found last. */
  put(key: string, found: T): Effect {
    const isEmpty = this.#isEmpty(found);
    const text = isEmpty ? this.#emptyText ??= JSON.stringify(found) : JSON.stringify(found);
    const old = this.#entries.get(key);
    const now = this.#now().getTime();
    const isNew = old?.text !== text;
    const entry = isNew ? { found, text, since: now, logged: old?.logged } : old;
    this.#entries.set(key, entry);
    const leftMs = isEmpty ? 0 : entry.since + LASTING_MS - now;
    const isKnown = entry.logged === undefined ? isEmpty : entry.logged === text;
    if (isKnown) return { isNew, isLogged: false };
    if (leftMs > 0) return { isNew, isLogged: false, afterMs: leftMs };
    entry.logged = isEmpty ? undefined : text;
    return { isNew, isLogged: true };
  }

  /**
   * Returns the latest differences of a key, and the time at which they were first found. Returns undefined
   * when the key was not compared yet.
   */
  get(key: string): T & { since: string } | undefined {
    const entry = this.#entries.get(key);
    return entry && { since: new Date(entry.since).toISOString(), ...entry.found };
  }

  /** Returns whether kro would write an object for this key. */
  differs(key: string): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && !this.#isEmpty(entry.found);
  }

  /** Drops a key whose object no longer exists. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  /** The number of keys that were compared. */
  get size(): number {
    return this.#entries.size;
  }

  /** Returns the differences of all keys. */
  *entries(): Generator<[key: string, found: T]> {
    for (const [key, { found }] of this.#entries) yield [key, found];
  }
}
