/** The periodic full resync: sweeps every watched kind once per period. */
import { gvkKey, inBackground } from "../api/mod.ts";
import type { ChildReader, SweepWaits } from "../clusters/mod.ts";
import { type Clock, systemClock } from "./queue.ts";

/** Options of the sweeps. */
export interface SweepsOptions {
  /** Returns the synced caches. */
  stores: () => readonly ChildReader[];
  /** Sweeps one cache. Has to handle its own errors, because a rejection ends all sweeps. */
  sweep: (store: ChildReader, waits: SweepWaits) => Promise<void>;
  /** Milliseconds between two sweeps of a kind; 0 disables them. */
  periodMs: number;
  /** The real clock by default. */
  clock?: Clock;
  /** Returns a random number from 0 to 1; `Math.random` by default. */
  random?: () => number;
}

/** Pause between two pages of a list. */
const PAUSE_MS = 1000;

/** Wait before objects that differ are read again. Events of their changes arrive within this time. */
const EVENTS_MS = 30_000;

/**
 * Sweeps each kind once per period, one kind at a time. The first sweep of a kind starts at a random time
 * within its first period, which spreads the requests of all kinds and processes over the period.
 */
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

  /** Starts the sweeps. Does nothing when the period is 0, or when they were started before. */
  start(): void {
    if (this.#options.periodMs <= 0 || this.#state !== "new") return;
    this.#state = "running";
    inBackground("sweeps", this.#run());
  }

  /** Stops the sweeps. A running sweep ends at its next pause. */
  stop(): void {
    this.#state = "stopped";
    this.#wake?.();
  }

  async #run(): Promise<void> {
    // Short compared to the period, so that the random start times of the kinds stay apart.
    const tick = Math.max(Math.min(this.#options.periodMs / 100, 60_000), 1);
    const waits: SweepWaits = {
      pause: () => this.#wait(PAUSE_MS),
      awaitEvents: () => this.#wait(EVENTS_MS),
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

  #dueStores(): ChildReader[] {
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

  /** Waits for so many milliseconds. Rejects when the sweeps are stopped, which ends the running sweep. */
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
