/** Spreads the requests to the HTTP endpoint over the turns of the event loop. */
import { setImmediate } from "node:timers";

/**
 * Admits one request in each turn of the event loop, in the order of arrival. Between two requests, the event
 * loop therefore processes the responses and watch events that kro's passes wait for.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];

  /** Resolves when the endpoint may begin to process the request. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) this.#admitLater();
    });
  }

  #admitLater(): void {
    setImmediate(() => {
      this.#waiting.shift()!();
      if (this.#waiting.length > 0) this.#admitLater();
    });
  }
}
