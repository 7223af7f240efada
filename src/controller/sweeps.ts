/** Sweeps every watched kind once in a long while, one after the other, so that no burst comes of it. */
import { gvkKey } from "../api/mod.ts";
import type { ChildStore, SweepWaits } from "../clusters/mod.ts";
import { type Clock, systemClock } from "./queue.ts";

/** What is swept, and how often. */
export interface SweepsOptions {
  /** The caches that are complete at the moment. */
  stores: () => readonly ChildStore[];
  /** Sweeps one of them; it is told of what it rejects with. */
  sweep: (store: ChildStore, waits: SweepWaits) => Promise<void>;
  /** Milliseconds between two sweeps of a kind; 0 for none. */
  periodMs: number;
  /** The real clock by default. */
  clock?: Clock;
  /** From 0 to 1; real chance by default. */
  random?: () => number;
}

/** Between two pages, and until what differs is looked at again. */
const PAUSE_MS = 1000;
const SETTLE_MS = 30_000;

/** See the file's first line. */
export class Sweeps {
  readonly #options: SweepsOptions;
  readonly #clock: Clock;
  readonly #due = new Map<string, number>();
  #wake: (() => void) | undefined;
  #state: "new" | "running" | "stopped" = "new";

  /** Sweeps nothing before {@link start}. */
  constructor(options: SweepsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Begins; the first sweep of a kind comes at some time within its first period. */
  start(): void {
    if (this.#options.periodMs <= 0 || this.#state !== "new") return;
    this.#state = "running";
    void this.#run();
  }

  /** Ends. */
  stop(): void {
    this.#state = "stopped";
    this.#wake?.();
  }

  async #run(): Promise<void> {
    // Often enough that kinds are spread over the period.
    const tick = Math.max(Math.min(this.#options.periodMs / 100, 60_000), 1);
    const waits: SweepWaits = {
      pause: () => this.#wait(PAUSE_MS),
      settle: () => this.#wait(SETTLE_MS),
    };
    try {
      for (;;) {
        for (const store of this.#dueStores()) await this.#options.sweep(store, waits);
        await this.#wait(tick);
      }
    } catch (error) {
      if (this.#state !== "stopped") throw error;
    }
  }

  #dueStores(): ChildStore[] {
    const { stores, periodMs, random = Math.random } = this.#options;
    const now = this.#clock.now();
    const present = stores();
    const keys = new Set(present.map((store) => gvkKey(store.kind)));
    for (const key of this.#due.keys()) if (!keys.has(key)) this.#due.delete(key);
    return present.filter(({ kind }) => {
      const due = this.#due.get(gvkKey(kind));
      if (due === undefined) this.#due.set(gvkKey(kind), now + periodMs * random());
      else if (due <= now) this.#due.set(gvkKey(kind), now + periodMs);
      return due !== undefined && due <= now;
    });
  }

  /** Rejects when it is stopped meanwhile: then nothing goes on. */
  async #wait(ms: number): Promise<void> {
    if (this.#state === "running") {
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.schedule(resolve, ms);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
    }
    if (this.#state !== "running") throw new Error("sweeps are stopped");
  }
}
