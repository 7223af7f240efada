/** Counts the turns of the event loop. */
import { setImmediate } from "node:timers";

/** Counts the turns of the event loop from now on, until it is disposed. */
export class TurnCounter implements Disposable {
  /** The number of turns so far. */
  turns = 0;
  #isDone = false;

  /** Starts to count. */
  constructor() {
    this.#next();
  }

  /** Stops the count. */
  [Symbol.dispose](): void {
    this.#isDone = true;
  }

  #next(): void {
    setImmediate(() => {
      this.turns++;
      if (!this.#isDone) this.#next();
    });
  }
}
