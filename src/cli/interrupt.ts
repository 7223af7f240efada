/** Ends a one-shot command on SIGINT, which Ctrl-C sends, or on SIGTERM, after a last message. */

/** The exit code of a command that a signal ended: 128 plus the number of the signal, as shells report it. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** A signal that ends a one-shot command. */
export type Interrupt = keyof typeof EXIT_CODES;

/**
 * Calls `print` and ends the process at the first SIGINT or SIGTERM. The signal never interrupts a synchronous
 * call, so a file that is written synchronously is complete or unchanged. A command that writes files calls this
 * function before its work: Deno may report a signal a while after it arrived, so a listener for the time of the
 * write alone could miss the signal.
 *
 * @param print Prints what the command has done so far. It must be synchronous. Prints nothing when absent.
 * @returns An object that restores the default action of the signals when it is disposed.
 */
export function onInterrupt(print: (signal: Interrupt) => void = () => {}): Disposable {
  const handlers = (Object.keys(EXIT_CODES) as Interrupt[]).map((signal) => ({
    signal,
    end: () => {
      try {
        print(signal);
      } finally {
        Deno.exit(EXIT_CODES[signal]);
      }
    },
  }));
  for (const { signal, end } of handlers) Deno.addSignalListener(signal, end);
  return {
    [Symbol.dispose]() {
      for (const { signal, end } of handlers) Deno.removeSignalListener(signal, end);
    },
  };
}
