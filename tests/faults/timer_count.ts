/**
 * A module that kro's process loads before kro's own code. It counts the pending timers of the process, and
 * logs their number when the process receives SIGUSR2.
 */
const waiting = new Set<unknown>();

type Run = (...args: unknown[]) => void;

function started<T extends typeof setTimeout | typeof setInterval>(start: T, isOver: boolean): T {
  return new Proxy(start, {
    apply(target, self, [run, ...rest]: [Run, ...unknown[]]) {
      const counted: Run = (...args) => {
        if (isOver) waiting.delete(id);
        run(...args);
      };
      const id: unknown = Reflect.apply(target, self, [counted, ...rest]);
      waiting.add(id);
      return id;
    },
  });
}

function cleared<T extends typeof clearTimeout | typeof clearInterval>(clear: T): T {
  return new Proxy(clear, {
    apply(target, self, [id]: [unknown]) {
      waiting.delete(id);
      Reflect.apply(target, self, [id]);
    },
  });
}

globalThis.setTimeout = started(setTimeout, true);
globalThis.setInterval = started(setInterval, false);
globalThis.clearTimeout = cleared(clearTimeout);
globalThis.clearInterval = cleared(clearInterval);

Deno.addSignalListener(
  "SIGUSR2",
  () => console.error(JSON.stringify({ message: `${waiting.size} timers` })),
);
