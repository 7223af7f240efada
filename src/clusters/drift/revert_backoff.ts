/** Detects another manager that keeps reverting a field, and backs off repairing it. */
import type { RevertedField } from "../../reconcile/mod.ts";
import type { ForeignChange } from "./foreign_change.ts";

/** Repairs of one object within this time count together; without a repair for as long, it is forgotten. */
const WINDOW_MS = 60_000;

/**
 * `backOff`: so many repairs within the window, and the same field in the last `inspected` of them, mean that
 * another manager keeps reverting that field.
 */
const REPAIRS = { backOff: 5, inspected: 3 };

/** Between repairs while backing off; doubles with each. */
const PAUSE_MS = { first: 5_000, longest: 300_000 };

interface Record {
  /** Times of the repairs within the window. */
  repairs: number[];
  /** The fields that the last repairs restored, newest last; empty where the object was not inspected. */
  fields: string[];
  /** Set while another manager keeps reverting a field. */
  reverted?: { change: ForeignChange; pauseMs: number };
}

/** Whether, and how, to repair an object that drifted. */
export interface RepairAdvice {
  /** Milliseconds until it may be repaired; 0 for now. */
  waitMs: number;
  /** Find out by a GET which manager changed which field, before the repair overwrites it. */
  inspect: boolean;
}

/**
 * The objects that were repaired within the last minute, by key of the object. Memory goes with the
 * records: an object that stays repaired for {@link WINDOW_MS} has none.
 */
export class RevertBackoff {
  readonly #now: () => number;
  readonly #records = new Map<string, Record>();

  /** `now` is in milliseconds from any fixed point. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How many objects have a record. */
  get size(): number {
    return this.#records.size;
  }

  /** Advises on an object that drifted. */
  advise(key: string): RepairAdvice {
    const record = this.#records.get(key);
    if (!record) return { waitMs: 0, inspect: false };
    const { repairs, reverted } = record;
    const due = reverted ? repairs.at(-1)! + reverted.pauseMs : 0;
    const recent = repairs.filter((time) => time > this.#now() - WINDOW_MS).length;
    return {
      waitMs: Math.max(0, Math.ceil(due - this.#now())),
      inspect: reverted !== undefined || recent >= REPAIRS.backOff - REPAIRS.inspected,
    };
  }

  /** Records a repair; `change` is what it overwrote, when the object was inspected. */
  repaired(key: string, change?: ForeignChange): void {
    const now = this.#now();
    const record = this.#records.get(key) ?? { repairs: [], fields: [] };
    this.#records.set(key, record);
    record.repairs = [...record.repairs.filter((time) => time > now - WINDOW_MS), now];
    if (record.reverted) {
      record.reverted.pauseMs = Math.min(record.reverted.pauseMs * 2, PAUSE_MS.longest);
      if (change) record.reverted.change = change;
      return;
    }
    // Changes of different fields are edits by a person, which are repaired at once.
    record.fields = [...record.fields, change?.field ?? ""].slice(-REPAIRS.inspected);
    const same = change && record.fields.length === REPAIRS.inspected &&
      record.fields.every((field) => field === change.field);
    if (same && record.repairs.length >= REPAIRS.backOff) {
      record.reverted = { change, pauseMs: PAUSE_MS.first };
    }
  }

  /**
   * The field of the object that another manager keeps reverting, and when the object is due again: for the
   * next repair, or when `isApplied` for the end of the backoff. Undefined when there is none.
   */
  reverted(key: string, isApplied: boolean): RevertedField | undefined {
    const record = this.#records.get(key);
    if (!record) return undefined;
    const { repairs, reverted } = record;
    const quietAt = repairs.at(-1)! + WINDOW_MS;
    if (isApplied && this.#now() >= quietAt) {
      this.#records.delete(key);
      return undefined;
    }
    if (!reverted) return undefined;
    const due = isApplied ? quietAt : repairs.at(-1)! + reverted.pauseMs;
    return { ...reverted.change, dueMs: Math.max(1, Math.ceil(due - this.#now())) };
  }

  /** Drops the record of an object that is deleted. */
  forget(key: string): void {
    this.#records.delete(key);
  }
}
