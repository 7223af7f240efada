/** Records which objects of its input `kro apply` has applied, for the message of an interrupted command. */
import type { KubeObject } from "../api/mod.ts";
import type { Interrupt } from "./interrupt.ts";

/** What `kro apply` has done with an object of its input. */
type Step = "applied" | "sent" | "open";

/** The largest number of objects that the message names for each step. */
const MAX_NAMED = 10;

/** The objects of one `kro apply`, with what the command has done with each of them. */
export class ApplyProgress {
  readonly #steps = new Map<KubeObject, Step>();
  readonly #isPlan: boolean;
  /** Whether a running controller reconciles the objects, so that they change further without the command. */
  isLeftToController = false;

  /**
   * Creates the record. No object counts as applied.
   *
   * @param objects All objects of the input.
   * @param isPlan Whether the input is a saved plan.
   */
  constructor(objects: readonly KubeObject[], isPlan: boolean) {
    for (const object of objects) this.#steps.set(object, "open");
    this.#isPlan = isPlan;
  }

  /** Calls `work`, which applies an object, and records that the object is applied when `work` succeeds. */
  async apply<T>(object: KubeObject, work: () => Promise<T>): Promise<T> {
    this.#steps.set(object, "sent");
    const result = await work();
    this.#steps.set(object, "applied");
    return result;
  }

  /** Whether the command has sent a request that applies an object. */
  get hasBegun(): boolean {
    return [...this.#steps.values()].some((step) => step !== "open");
  }

  /** Returns one line that says what was applied, what was not, and how to continue. */
  interruptedText(signal: Interrupt): string {
    if (!this.hasBegun) {
      return `interrupted by ${signal} before the first write: nothing was applied`;
    }
    const [applied, open, sent] = [this.#at("applied"), this.#at("open"), this.#at("sent")];
    return [
      `interrupted by ${signal}: ${applied.length} of ${this.#steps.size} objects were applied`,
      ...(applied.length > 0 ? [`applied: ${namesOf(applied)}`] : []),
      ...(open.length > 0 ? [`not applied: ${namesOf(open)}`] : []),
      ...(sent.length > 0 ? [`perhaps applied: ${namesOf(sent)}`] : []),
      this.#advice(),
    ].join("; ");
  }

  #advice(): string {
    const isComplete = this.#at("applied").length === this.#steps.size;
    if (isComplete && this.isLeftToController) return "the running controller reconciles them";
    return this.#isPlan
      ? "the plan is now out of date: to continue, make a new plan of the same files with kro plan --out"
      : "to continue, run the same command again";
  }

  #at(wanted: Step): KubeObject[] {
    return [...this.#steps].filter(([, step]) => step === wanted).map(([object]) => object);
  }
}

function namesOf(objects: readonly KubeObject[]): string {
  return firstNames(
    objects.map(({ kind, metadata: { namespace, name } }) =>
      `${kind} ${namespace ? `${namespace}/` : ""}${name}`
    ),
  );
}

/** Returns the first names, and the number of the other names. */
export function firstNames(names: readonly string[]): string {
  const others = names.length - MAX_NAMED;
  return names.slice(0, MAX_NAMED).join(", ") + (others > 0 ? ` and ${others} more` : "");
}
