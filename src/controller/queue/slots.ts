/**
 * Limits how many workers of a work queue process background keys at the same time, so that workers stay free
 * for other keys.
 */
import type { Clock } from "./clock.ts";

/**
 * The maximum time for which processing a background key occupies a slot, in milliseconds. Processing that
 * takes longer is probably blocked on I/O and does not slow down other work, so its slot is released.
 */
const BACKGROUND_MS = 1000;

/** A slot that a background key occupies. */
export interface Slot {
  /** Stops the timer that releases the slot. */
  cancel: () => void;
}

/**
 * Limits how many workers of a queue process background keys. A slot is occupied while its background key is
 * processed, for at most {@link BACKGROUND_MS}, and during the pause afterwards.
 */
export class BackgroundSlots {
  readonly #count: number;
  readonly #clock: Clock;
  readonly #released: () => void;
  readonly #occupied = new Set<Slot>();

  /**
   * Creates the slots, which are all free.
   *
   * @param count The number of slots.
   * @param released Called after an occupied slot was released.
   */
  constructor(count: number, clock: Clock, released: () => void) {
    this.#count = count;
    this.#clock = clock;
    this.#released = released;
  }

  /** Whether a slot is free. */
  get hasFree(): boolean {
    return this.#occupied.size < this.#count;
  }

  /** Occupies a slot when a worker takes a background key. */
  occupy(): Slot {
    const slot = { cancel: () => {} };
    this.#occupied.add(slot);
    this.#releaseAfter(slot, BACKGROUND_MS);
    return slot;
  }

  /**
   * Keeps a slot occupied for a pause after its background key was processed. Does nothing if the slot was
   * already released during the processing.
   *
   * @param ms The length of the pause, in milliseconds.
   */
  pause(slot: Slot, ms: number): void {
    if (this.#occupied.has(slot)) this.#releaseAfter(slot, ms);
  }

  /** Stops the timers of all occupied slots. */
  stop(): void {
    for (const slot of this.#occupied) slot.cancel();
  }

  #releaseAfter(slot: Slot, ms: number): void {
    slot.cancel();
    slot.cancel = this.#clock.schedule(() => {
      this.#occupied.delete(slot);
      this.#released();
    }, ms);
  }
}
