/** Records which objects of its input `kro apply` has applied, for the message of a command that ended early. */
import { ApiError, type KubeObject } from "../api/mod.ts";
import type { Interrupt } from "./interrupt.ts";

/** What `kro apply` has done with an object of its input. */
type Step = "applied" | "sent" | "open";

/** The largest number of objects that the message names for each step. */
const MAX_NAMED = 10;

/** How to continue after a saved plan was applied in part. */
const NEW_PLAN =
  "the plan is now out of date: to continue, make a new plan of the same files with kro plan --out";

/** How to continue after an error. */
const CORRECT = "to continue, correct the cause of the error, and run the same command again";

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

  /**
   * Calls `work`, which applies an object, and records that the object is applied when `work` succeeds. If the API
   * server refuses the request, the object is not applied. After any other error, the object may be applied.
   */
  async apply<T>(object: KubeObject, work: () => Promise<T>): Promise<T> {
    this.#steps.set(object, "sent");
    try {
      const result = await work();
      this.#steps.set(object, "applied");
      return result;
    } catch (error) {
      if (isRefusal(error)) this.#steps.set(object, "open");
      throw error;
    }
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
    return `interrupted by ${signal}: ${this.#summary()}; ${this.#advice()}`;
  }

  /**
   * Returns one line that says what was applied before an error, and how to continue. Returns undefined if no object
   * was applied, and if all were.
   */
  failedText(): string | undefined {
    const open = this.#at("open").length + this.#at("sent").length;
    if (!this.hasBegun || open === 0) return undefined;
    return `${this.#summary()}; ${this.#isPlan ? NEW_PLAN : CORRECT}`;
  }

  #summary(): string {
    const [applied, open, sent] = [this.#at("applied"), this.#at("open"), this.#at("sent")];
    return [
      `${applied.length} of ${this.#steps.size} objects were applied`,
      ...(applied.length > 0 ? [`applied: ${namesOf(applied)}`] : []),
      ...(open.length > 0 ? [`not applied: ${namesOf(open)}`] : []),
      ...(sent.length > 0 ? [`perhaps applied: ${namesOf(sent)}`] : []),
    ].join("; ");
  }

  #advice(): string {
    const isComplete = this.#at("applied").length === this.#steps.size;
    if (isComplete && this.isLeftToController) return "the running controller reconciles them";
    return this.#isPlan ? NEW_PLAN : "to continue, run the same command again";
  }

  #at(wanted: Step): KubeObject[] {
    return [...this.#steps].filter(([, step]) => step === wanted).map(([object]) => object);
  }
}

/** Whether the API server answered that it did not apply the object. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.code !== undefined && error.code < 500;
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
