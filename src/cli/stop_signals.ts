/**
 * Handles the signals that stop kro. The first signal stops kro gracefully, and a later signal ends kro
 * immediately. Copies of the first signal are ignored.
 */
import { Exit } from "./errors.ts";

/**
 * The time in which further signals count as copies of the first one, in milliseconds. When a signal is sent
 * to a process group, kro receives the signal once from the sender and once from each parent that forwards
 * signals, such as `deno task` and `deno task prod`.
 */
const COPIES_MS = 1000;

/** The clock of a {@link StopSignals}, and the functions that it calls when kro receives a signal. */
export interface SignalHandlers {
  /** Called when the first signal arrives. */
  stop: (signal: Deno.Signal) => void;
  /** Called when a signal arrives at least {@link COPIES_MS} after the first signal. */
  end: () => void;
  /** Returns the monotonic time in milliseconds. */
  now: () => number;
}

/** Decides for each received signal whether kro stops, ends immediately, or ignores the signal. */
export class StopSignals {
  readonly #handlers: SignalHandlers;
  #first?: number;

  /** Creates the object, without listening to signals. */
  constructor(handlers: SignalHandlers) {
    this.#handlers = handlers;
  }

  /** Handles a received signal. */
  receive(signal: Deno.Signal): void {
    const { stop, end, now } = this.#handlers;
    if (this.#first === undefined) {
      this.#first = now();
      stop(signal);
    } else if (now() - this.#first >= COPIES_MS) {
      end();
    }
  }
}

/**
 * Resolves at the first SIGINT or SIGTERM. A further signal at least one second later ends the process
 * immediately. kro ends the process itself, because in a container kro is process 1, for which Linux has no
 * default action on signals.
 */
export function stopSignal(): Promise<Deno.Signal> {
  return new Promise((resolve) => {
    const signals = new StopSignals({
      stop: resolve,
      end: () => Deno.exit(Exit.failed),
      now: () => performance.now(),
    });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => signals.receive(signal));
    }
  });
}
