/** Bounds what compiled programs take in memory: those that ran least recently are compiled anew. */

/** What can be compiled anew whenever it is needed. */
export interface Compiled {
  /** Whether it ran since it was asked last. */
  ranSince(): boolean;
  /** Lets go of what was compiled. */
  forget(): void;
}

interface Entry {
  readonly program: WeakRef<Compiled>;
  readonly size: number;
}

/** Programs in the order in which they were compiled; one that runs gets another turn. */
export class Pool {
  /** From {@link #first} on: taking off the front of an array would move all the rest. */
  #entries: Entry[] = [];
  #first = 0;
  #size = 0;

  /** `limit` is in the unit of the sizes. */
  constructor(private readonly limit: number) {}

  /** Takes in a program, and makes room for it. */
  admit(program: Compiled, size: number): void {
    this.#entries.push({ program: new WeakRef(program), size });
    this.#size += size;
    while (this.#size > this.limit && this.#entries.length - this.#first > 1) this.#turn();
    if (this.#first * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }

  #turn(): void {
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
