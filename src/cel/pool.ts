/** Bounds the memory of compiled programs: those that have not run lately are dropped. */

/** A program that can be recompiled whenever it is needed. */
export interface Compiled {
  /** Whether the program ran since the previous call. */
  ranSince(): boolean;
  /** Drops the compiled form. */
  forget(): void;
}

interface Entry {
  readonly program: WeakRef<Compiled>;
  readonly size: number;
}

/**
 * Compiled programs, oldest first. When their total size exceeds the limit, the pool drops the oldest
 * that has not run since it was last considered (the CLOCK algorithm).
 */
export class Pool {
  /** The queue, starting at {@link #first}: removing the front of an array would move all entries. */
  #entries: Entry[] = [];
  #first = 0;
  #size = 0;

  /**
   * Creates an empty pool.
   *
   * @param limit The greatest total of the sizes that {@link admit} is given.
   */
  constructor(private readonly limit: number) {}

  /** Adds a program that was just compiled, and drops others to make room. */
  admit(program: Compiled, size: number): void {
    this.#entries.push({ program: new WeakRef(program), size });
    this.#size += size;
    while (this.#size > this.limit && this.#entries.length - this.#first > 1) this.#evict();
    if (this.#first * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }

  /** Drops the oldest program, or moves it to the end if it ran. */
  #evict(): void {
    const entry = this.#entries[this.#first++]!;
    const program = entry.program.deref();
    if (program?.ranSince()) {
      this.#entries.push(entry);
      return;
    }
    program?.forget();
    this.#size -= entry.size;
  }
}
