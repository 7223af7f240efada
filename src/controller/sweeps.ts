/** The periodic full resync, which compares every watched kind with the API server once per period. */
import { gvkKey, inBackground } from "../api/mod.ts";
import type { ChildReader, SweepWaits } from "../clusters/mod.ts";
import { type Clock, systemClock } from "./queue/clock.ts";

/** The options of the periodic full resync. */
export interface SweepsOptions {
  /** Returns the caches that are synced at present. */
  stores: () => readonly ChildReader[];
  /**
   * Runs a full resync of one cache. The function must handle its own errors, because a rejection ends all
   * further resyncs.
   */
  sweep: (store: ChildReader, waits: SweepWaits) => Promise<void>;
  /** The time between two full resyncs of a kind, in milliseconds; 0 disables full resyncs. */
  periodMs: number;
  /** The clock of the resyncs; the clock of the process by default. */
  clock?: Clock;
  /** Returns a random number from 0 to 1; `Math.random` by default. */
  random?: () => number;
}

/** The pause between two pages of a list, in milliseconds. */
const PAUSE_MS = 1000;

/**
 * The delay after which a resync reads those objects again that differ from the cache, in milliseconds. The
 * watch event of a recent change arrives within this time.
 */
const EVENTS_MS = 30_000;

/**
 * Runs a full resync of each kind once per period, one kind at a time. The first resync of a kind starts at a
 * random time within the first period. The random start spreads the requests of all kinds and of all
 * processes over the period.
 */
export class Sweeps {
  readonly #options: SweepsOptions;
  readonly #clock: Clock;
  readonly #due = new Map<string, number>();
  #wake: (() => void) | undefined;
  #state: "new" | "running" | "stopped" = "new";

  /** Creates the resyncs. The first resync runs after {@link start}. */
  constructor(options: SweepsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Starts the periodic full resyncs. Does nothing when the period is 0, or when the resyncs were started
   * before.
   */
  start(): void {
    if (this.#options.periodMs <= 0 || this.#state !== "new") return;
    this.#state = "running";
    inBackground("sweeps", this.#run());
  }

  /** Stops the periodic full resyncs. A running resync ends at its next pause. */
  stop(): void {
    this.#state = "stopped";
    this.#wake?.();
  }

  async #run(): Promise<void> {
    // The loop checks many times per period which kinds are due. If the loop checked rarely, many kinds would
    // be due at the same check, in spite of their random start times.
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

  /**
   * Waits for the given number of milliseconds. Rejects when the resyncs are stopped. The rejection ends a
   * running resync.
   */
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
