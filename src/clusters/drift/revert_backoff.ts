/** Detects that another field manager keeps reverting a field, and repairs the field less and less often. */
import type { RevertedField } from "../../reconcile/mod.ts";
import type { ForeignChange } from "./foreign_change.ts";

/**
 * The period within which the repairs of an object are counted, in milliseconds. The record of an object is
 * dropped if the object needed no repair within this period.
 */
const WINDOW_MS = 60_000;

/**
 * Another manager counts as reverting a field when the object had `backOff` repairs within {@link WINDOW_MS},
 * and the last `inspected` of these repairs restored the same field.
 */
const REPAIRS = { backOff: 5, inspected: 3 };

/**
 * The shortest and the longest pause between two repairs of a field that another manager keeps reverting, in
 * milliseconds. The pause doubles with each repair.
 */
const PAUSE_MS = { first: 5_000, longest: 300_000 };

/**
 * The time from the last repair of an object until the record of the object is dropped, in milliseconds.
 * Usually, a record is dropped earlier. This limit is needed for objects that no pass visits any more, such
 * as an object that another client deleted.
 */
const STALE_MS = 2 * PAUSE_MS.longest;

interface Record {
  /** The times of the object's repairs within the last {@link WINDOW_MS}, in milliseconds, oldest first. */
  repairs: number[];
  /**
   * The fields that the last repairs restored, newest last. An empty string stands for a repair whose field
   * was not determined.
   */
  fields: string[];
  /**
   * The field that another manager keeps reverting, and the present pause between repairs; undefined when no
   * field is being reverted.
   */
  reverted?: { change: ForeignChange; pauseMs: number };
}

/** The advice when and how to repair an object that has drifted. */
export interface RepairAdvice {
  /** The time until the object may be repaired, in milliseconds; 0 means immediately. */
  waitMs: number;
  /**
   * Whether to find out which manager changed which field before the repair overwrites the change. Finding
   * out takes one GET.
   */
  inspect: boolean;
}

/**
 * Detects that another field manager keeps reverting a field, and backs off repairing the field. The backoff
 * starts if an object had 5 repairs within a minute and the last 3 repairs restored the same field. The next
 * repair then waits for 5 s, and the wait doubles with each repair up to 5 min. Changes of different fields
 * count as edits by a person and are repaired immediately. The record of an object is dropped after a minute
 * without a repair.
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

  /**
   * Creates a backoff without any records.
   *
   * @param now Returns the present time in milliseconds since any fixed point.
   */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The number of objects whose repairs are recorded. */
  get size(): number {
    return this.#records.size;
  }

  /** Returns when and how to repair the object with this key, which has drifted. */
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

  /**
   * Records a repair of the object with this key.
   *
   * @param change The change that the repair overwrote; undefined when the change was not determined.
   */
  repaired(key: string, change?: ForeignChange): void {
    const now = this.#now();
    const record = this.#records.get(key) ?? { repairs: [], fields: [] };
    // The record is inserted at the end of the map, so the first records are those with the oldest repairs.
    this.#records.delete(key);
    this.#records.set(key, record);
    for (const [oldest, { repairs }] of this.#records) {
      if (oldest === key || repairs.at(-1)! > now - STALE_MS) break;
      this.#records.delete(oldest);
    }
    record.repairs = [...record.repairs.filter((time) => time > now - WINDOW_MS), now];
    if (record.reverted) {
      record.reverted.pauseMs = Math.min(record.reverted.pauseMs * 2, PAUSE_MS.longest);
      if (change) record.reverted.change = change;
      return;
    }
    // Only repeated changes of the same field start the backoff. Changes of different fields count as edits
    // by a person, which are repaired immediately.
    record.fields = [...record.fields, change?.field ?? ""].slice(-REPAIRS.inspected);
    const same = change && record.fields.length === REPAIRS.inspected &&
      record.fields.every((field) => field === change.field);
    if (same && record.repairs.length >= REPAIRS.backOff) {
      record.reverted = { change, pauseMs: PAUSE_MS.first };
    }
  }

  /**
   * Returns the field of the object that another manager keeps reverting, with the time until the object must
   * be requeued. Returns undefined when no field is being reverted.
   *
   * @param isApplied Whether the object is up to date. If true, the returned time is the time until the
   * record of the object can be dropped; if false, the time until kro may repair the object again.
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

  /** Drops the record of an object. Called when the object was deleted. */
  forget(key: string): void {
    this.#records.delete(key);
  }
}
