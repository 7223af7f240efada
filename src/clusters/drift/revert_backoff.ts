/** Finds others who change the same field back again and again, and repairs what they do less often. */
import type { RevertedField } from "../../reconcile/mod.ts";
import type { ForeignChange } from "./foreign_change.ts";

/** Repairs of one object within this time are one fight, and after as long without any it is over. */
const WINDOW_MS = 60_000;

/** So many repairs are a fight; the last few of them are looked at for the field. */
const ROUNDS = { fight: 5, looked: 3 };

/** Between repairs during a fight: doubles with each. */
const PAUSE_MS = { first: 5_000, longest: 300_000 };

interface Record {
  /** Times of repairs within the window. */
  repairs: number[];
  /** What was seen of the last repairs, newest last. */
  seen: string[];
  fight?: { change: ForeignChange; pauseMs: number };
}

/** Whether to repair an object that drifted. */
export interface Turn {
  /** Not before so many milliseconds. */
  waitMs: number;
  /** Look first who changed what. */
  look: boolean;
}

/** Fights over all objects, since the controller started. */
export class RevertBackoff {
  readonly #now: () => number;
  readonly #records = new Map<string, Record>();

  /** `now` is in milliseconds from any fixed point. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How many objects somebody changed that were repaired of late. */
  get size(): number {
    return this.#records.size;
  }

  /** The object drifted: asked before it is repaired. */
  turn(key: string): Turn {
    const record = this.#records.get(key);
    if (!record) return { waitMs: 0, look: false };
    const { repairs, fight } = record;
    const due = fight ? repairs.at(-1)! + fight.pauseMs : 0;
    const recent = repairs.filter((time) => time > this.#now() - WINDOW_MS).length;
    return {
      waitMs: Math.max(0, Math.ceil(due - this.#now())),
      look: fight !== undefined || recent >= ROUNDS.fight - ROUNDS.looked,
    };
  }

  /** The object was repaired; `change` is what was seen before, if it was looked at. */
  repaired(key: string, change?: ForeignChange): void {
    const now = this.#now();
    const record = this.#records.get(key) ?? { repairs: [], seen: [] };
    this.#records.set(key, record);
    record.repairs = [...record.repairs.filter((time) => time > now - WINDOW_MS), now];
    if (record.fight) {
      record.fight.pauseMs = Math.min(record.fight.pauseMs * 2, PAUSE_MS.longest);
      if (change) record.fight.change = change;
      return;
    }
    // Different fields in turn are edits, not a fight.
    record.seen = [...record.seen, change?.field ?? ""].slice(-ROUNDS.looked);
    const same = change && record.seen.length === ROUNDS.looked &&
      record.seen.every((field) => field === change.field);
    if (same && record.repairs.length >= ROUNDS.fight) {
      record.fight = { change, pauseMs: PAUSE_MS.first };
    }
  }

  /** The field of the object that is being reverted, if any. `holds`: the object is as desired now. */
  reverted(key: string, holds: boolean): RevertedField | undefined {
    const record = this.#records.get(key);
    if (!record) return undefined;
    const { repairs, fight } = record;
    const quietAt = repairs.at(-1)! + WINDOW_MS;
    if (holds && this.#now() >= quietAt) {
      this.#records.delete(key);
      return undefined;
    }
    if (!fight) return undefined;
    const due = holds ? quietAt : repairs.at(-1)! + fight.pauseMs;
    return { ...fight.change, dueMs: Math.max(1, Math.ceil(due - this.#now())) };
  }

  /** The object is gone. */
  forget(key: string): void {
    this.#records.delete(key);
  }
}
