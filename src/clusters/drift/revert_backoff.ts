/** Detects another manager that keeps reverting a field, and backs off repairing it. */
import type { RevertedField } from "../../reconcile/mod.ts";
import type { ForeignChange } from "./foreign_change.ts";

/** Repairs within this time are counted. The record of an object ends after this time without a repair. */
const WINDOW_MS = 60_000;

/**
 * Another manager counts as reverting a field after `backOff` repairs of the object within the window, the
 * last `inspected` of which restored that field.
 */
const REPAIRS = { backOff: 5, inspected: 3 };

/** Pause between repairs while backing off; doubles with each repair. */
const PAUSE_MS = { first: 5_000, longest: 300_000 };

interface Record {
  /** Times of the repairs within the window. */
  repairs: number[];
  /** The fields that the last repairs restored, newest last; "" for a repair without inspection. */
  fields: string[];
  /** Set while another manager keeps reverting a field. */
  reverted?: { change: ForeignChange; pauseMs: number };
}

/** When and how to repair an object that drifted. */
export interface RepairAdvice {
  /** Milliseconds until the object may be repaired; 0 allows it at once. */
  waitMs: number;
  /** Find out by a GET which manager changed which field, before the repair overwrites the change. */
  inspect: boolean;
}

/**
 * Detects another manager that keeps reverting a field, and backs off repairing it: after 5 repairs within a
 * minute, the pause before the next repair is 5 s, doubling to 5 min. Different fields count as edits by a
 * person, which are repaired at once. The record of an object ends after a minute without a repair.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { RevertBackoff } from "../mod.ts";
 *
 * const backoff = new RevertBackoff(() => 0);
 * for (let i = 0; i < 5; i++) backoff.repaired("pods/ns/a", { field: "spec.replicas" });
 * assert.deepEqual(backoff.advise("pods/ns/a"), { waitMs: 5000, inspect: true });
 * ```
 */
export class RevertBackoff {
  readonly #now: () => number;
  readonly #records = new Map<string, Record>();

  /** Creates an empty record. `now` returns milliseconds since any fixed point. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The number of objects with a record. */
  get size(): number {
    return this.#records.size;
  }

  /** Returns when and how to repair an object that drifted. */
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

  /** Records a repair. `change` is the change that it overwrote, if the object was inspected. */
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
    // Changes of different fields are taken for edits by a person, which are repaired at once.
    record.fields = [...record.fields, change?.field ?? ""].slice(-REPAIRS.inspected);
    const same = change && record.fields.length === REPAIRS.inspected &&
      record.fields.every((field) => field === change.field);
    if (same && record.repairs.length >= REPAIRS.backOff) {
      record.reverted = { change, pauseMs: PAUSE_MS.first };
    }
  }

  /**
   * The field of the object that another manager keeps reverting, and when to requeue; undefined when no
   * field is being reverted.
   *
   * @param isApplied The object is up to date: requeue at the end of the backoff, not for the next repair.
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

  /** Drops the record of a deleted object. */
  forget(key: string): void {
    this.#records.delete(key);
  }
}
