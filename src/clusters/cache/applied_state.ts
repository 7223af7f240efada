/** Whether a child holds what is desired, and what is remembered of that when its hashes alone do not tell. */
import type { Json, KubeObject } from "../../api/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import { type Volatile, withoutValues, withValuesOf } from "../../reconcile/mod.ts";
import { desiredValues, digest, markOf } from "../drift/fingerprint.ts";
import type { Child } from "./child.ts";
import type { View } from "./views.ts";

/** What held when the hashes of drift were what they are, or before they changed. */
export interface AppliedState {
  /** Hash of the desired object, where the live values are not those that it names. */
  desired?: string;
  /** The same without fields that are volatile, with their basis; absent where there are none. */
  steady?: string;
  /** The hash of the live values before they changed, where that told it. */
  values?: string;
  /** The hashes of drift changed since: somebody else wrote. */
  broken: boolean;
}

/** Desired objects are never changed, and a collection's are the same ones in pass after pass. */
const MARKS = new WeakMap<KubeObject, string>();

function markOfDesired(desired: KubeObject): string {
  const known = MARKS.get(desired);
  if (known !== undefined) return known;
  const mark = markOf(desired);
  MARKS.set(desired, mark);
  return mark;
}

/** True when the desired object holds, but for fields that are volatile. `view` is the child's. */
export function holds(
  child: Child,
  view: View,
  desired: KubeObject,
  schema: Schema | undefined,
  volatile: Volatile | undefined,
): boolean {
  if (child.entry === undefined) return false;
  // Mostly it is the very object that held before: that is found out in a fraction of the time.
  const mark = volatile ? undefined : markOfDesired(desired);
  if (mark !== undefined && view.held === mark) return true;
  const doesHold = holdsInFull(child, view.object, desired, schema, volatile);
  if (doesHold) view.held = mark;
  return doesHold;
}

function holdsInFull(
  child: Child,
  live: KubeObject,
  desired: KubeObject,
  schema: Schema | undefined,
  volatile: Volatile | undefined,
): boolean {
  const settled = child.rare?.settled;
  if (settled && !settled.broken && isSettled(settled, desired, volatile)) return true;
  // After a restart what is there counts: it was written when it was due.
  const paths = settled?.desired === undefined ? volatile?.paths ?? [] : [];
  const wanted = paths.length > 0 ? withValuesOf(live, desired, paths) : desired;
  if (desiredValues(wanted, schema, child.status) !== child.values) return false;
  remember(child, volatile && settledBy(wanted, volatile));
  return true;
}

/** True when the desired object held once and no longer does: others changed it, not the graph. */
export function drifted(
  child: Child,
  desired: KubeObject,
  schema: Schema | undefined,
  volatile: Volatile | undefined,
): boolean {
  const settled = child.rare?.settled;
  if (!settled?.broken) return false;
  return settled.values === undefined
    ? isSettled(settled, desired, volatile)
    : desiredValues(desired, schema, child.status) === settled.values;
}

/** Remembers that an object was applied, where the hashes of the child would not tell it. */
export function settle(
  child: Child,
  desired: KubeObject,
  schema: Schema | undefined,
  volatile: Volatile | undefined,
): void {
  if (child.entry === undefined) return;
  const tells = !volatile && desiredValues(desired, schema, child.status) === child.values;
  remember(child, tells ? undefined : settledBy(desired, volatile));
}

/** Takes over what was known of the object before an event or a response. True when our fields are the same. */
export function carryOver(old: Child, child: Child): boolean {
  child.written = old.written;
  const settled = old.rare?.settled;
  const same = old.entry === child.entry && old.values === child.values;
  const broken = () =>
    settled ? { ...settled, broken: true } : { values: old.values, broken: true };
  remember(child, same ? settled : broken());
  return same;
}

function remember(child: Child, settled: AppliedState | undefined): void {
  if (settled !== child.rare?.settled) child.rare = { ...child.rare, settled };
}

function isSettled(
  settled: AppliedState,
  desired: KubeObject,
  volatile: Volatile | undefined,
): boolean {
  if (settled.desired === undefined) return false;
  const hashes = settledBy(desired, volatile);
  return settled.desired === hashes.desired ||
    (hashes.steady !== undefined && settled.steady === hashes.steady);
}

function settledBy(desired: KubeObject, volatile: Volatile | undefined): AppliedState {
  const hash = (object: KubeObject) => digest(object as unknown as Json);
  return {
    desired: hash(desired),
    ...(volatile && { steady: hash(withoutValues(desired, volatile.paths)) + volatile.basis }),
    broken: false,
  };
}
