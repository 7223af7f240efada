/** Limits the memory of compiled programs: programs that have not run recently drop their compiled form. */

/** A program with a compiled form that can be dropped and compiled again. */
export interface Compiled {
  /** Reports whether the program has run since the previous call of this method. */
  ranSince(): boolean;
  /** Drops the compiled form of the program. */
  forget(): void;
}

interface Entry {
  readonly program: WeakRef<Compiled>;
  readonly size: number;
}

/**
 * The pool of all compiled programs, ordered by age. When the total size exceeds the limit, the pool drops
 * the compiled form of the oldest program. If the oldest program has run recently, it moves to the end
 * instead, and the next program is considered (the CLOCK algorithm).
 */
export class Pool {
  /**
   * The queue of programs, which begins at the index {@link #first}. When a program leaves the queue, only
   * {@link #first} grows, because removing the first element of an array would move all other elements.
   */
  #entries: Entry[] = [];
  #first = 0;
  #size = 0;

  /**
   * Creates an empty pool.
   *
   * @param limit The maximum sum of the sizes passed to {@link admit}.
   */
  constructor(private readonly limit: number) {}

  /**
   * Adds a program that was just compiled. If the limit is exceeded, drops the compiled forms of older
   * programs.
   */
  admit(program: Compiled, size: number): void {
    this.#entries.push({ program: new WeakRef(program), size });
    this.#size += size;
    while (this.#size > this.limit && this.#entries.length - this.#first > 1) this.#evict();
    if (this.#first * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }

  /**
   * Removes the oldest program from the queue and drops its compiled form. If the program has run recently,
   * moves it to the end of the queue instead.
   */
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
