/** The message of an interrupted `kro reconcile` or `kro delete`. */
import type { ObjectRef } from "../api/mod.ts";
import { firstNames } from "./apply_progress.ts";
import type { Interrupt } from "./interrupt.ts";
import type { Report } from "./report.ts";
import { nameOf } from "./session.ts";

/** The forms of the verb for the work of a command. */
const WORDS = {
  reconcile: { done: "reconciled", does: "reconciles" },
  delete: { done: "deleted", does: "deletes" },
} as const;

/** The RGDs and instances of one `kro reconcile` or `kro delete`, and which of them the command has begun. */
export class CommandProgress {
  readonly #words: { done: string; does: string };
  readonly #report: Report;
  readonly #refs = new Map<string, { ref: ObjectRef; isBegun: boolean }>();
  /** Whether a running controller does the work, so that the work continues without the command. */
  isLeftToController = false;

  /**
   * Creates a record without objects.
   *
   * @param report The report of the command, which has the results of finished objects.
   */
  constructor(verb: keyof typeof WORDS, report: Report) {
    this.#words = WORDS[verb];
    this.#report = report;
  }

  /** Records objects that the command works on. */
  add(refs: readonly ObjectRef[]): void {
    for (const ref of refs) this.#refs.set(nameOf(ref), { ref, isBegun: false });
  }

  /** Records that the command may have sent requests for these objects. Returns the objects. */
  begin<T extends ObjectRef>(refs: readonly T[]): readonly T[] {
    for (const ref of refs) this.#refs.set(nameOf(ref), { ref, isBegun: true });
    return refs;
  }

  /** Whether the command may have sent a request for an object. */
  get hasBegun(): boolean {
    return [...this.#refs.values()].some(({ isBegun }) => isBegun);
  }

  /** Returns one line that says which objects are finished, which are not, and how to continue. */
  interruptedText(signal: Interrupt): string {
    const { done, does } = this.#words;
    if (!this.hasBegun) {
      return `interrupted by ${signal} before the first write: nothing was ${done}`;
    }
    const all = [...this.#refs.values()];
    const finished = all.filter(({ ref }) => this.#report.hasEnded(ref));
    const others = all.filter((each) => !finished.includes(each));
    const begun = others.filter(({ isBegun }) => isBegun);
    const open = others.filter(({ isBegun }) => !isBegun);
    const names = (list: typeof all) => firstNames(list.map(({ ref }) => nameOf(ref)));
    return [
      `interrupted by ${signal}: ${finished.length} of ${all.length} objects are finished`,
      ...(finished.length > 0 ? [`finished: ${names(finished)}`] : []),
      ...(begun.length > 0 ? [`perhaps begun: ${names(begun)}`] : []),
      ...(open.length > 0 ? [`not begun: ${names(open)}`] : []),
      this.isLeftToController && open.length === 0
        ? `the running controller ${does} them`
        : "to continue, run the same command again",
    ].join("; ");
  }
}
