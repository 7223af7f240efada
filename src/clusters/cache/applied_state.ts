/**
 * Decides whether a desired object is already applied, and whether another manager changed it since.
 * Mostly the two hashes of a child answer that; {@link AppliedState} covers objects where the API server
 * stores other values than it was sent, and objects with volatile fields.
 */
import type { Json, KubeObject } from "../../api/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import { type Volatile, withoutValues, withValuesOf } from "../../reconcile/mod.ts";
import { desiredValues, digest, identityOf } from "../drift/fingerprint.ts";
import type { AppliedState, Child } from "./child.ts";
import type { View } from "./views.ts";

/**
 * A memo table, weak: an entry goes with its desired object. Desired objects are immutable, and the
 * expansion cache hands out the same ones in pass after pass.
 */
const IDENTITIES = new WeakMap<KubeObject, string>();

function identityOfDesired(desired: KubeObject): string {
  const known = IDENTITIES.get(desired);
  if (known !== undefined) return known;
  const identity = identityOf(desired);
  IDENTITIES.set(desired, identity);
  return identity;
}

/**
 * True when applying the desired object would change nothing but volatile fields. `view` is the child's.
 * Updates what is remembered of the last apply, for {@link hasDrifted} and later calls.
 */
export function isUpToDate(
  child: Child,
  view: View,
  desired: KubeObject,
  schema: Schema | undefined,
  volatile: Volatile | undefined,
): boolean {
  if (child.entryHash === undefined) return false;
  // The same object as last time is recognised in a fraction of the time that hashing takes.
  const identity = volatile ? undefined : identityOfDesired(desired);
  if (identity !== undefined && view.upToDateIdentity === identity) return true;
  const applied = isUpToDateByHash(child, view.object, desired, schema, volatile);
  if (applied) view.upToDateIdentity = identity;
  return applied;
}

function isUpToDateByHash(
  child: Child,
  live: KubeObject,
  desired: KubeObject,
  schema: Schema | undefined,
  volatile: Volatile | undefined,
): boolean {
  const known = child.rare?.applied;
  if (known && !known.drifted && matches(known, desired, volatile)) return true;
  // After a restart the volatile values that are live count as applied: they were due when written.
  const paths = known?.desired === undefined ? volatile?.paths ?? [] : [];
  const wanted = paths.length > 0 ? withValuesOf(live, desired, paths) : desired;
  if (desiredValues(wanted, schema, child.ownsStatus) !== child.valuesHash) return false;
  remember(child, volatile && appliedState(wanted, volatile));
  return true;
}

/**
 * True when the desired object was applied and no longer is: another manager changed the live object,
 * not the graph the desired one.
 */
export function hasDrifted(
  child: Child,
  desired: KubeObject,
  schema: Schema | undefined,
  volatile: Volatile | undefined,
): boolean {
  const known = child.rare?.applied;
  if (!known?.drifted) return false;
  return known.lastValues === undefined
    ? matches(known, desired, volatile)
    : desiredValues(desired, schema, child.ownsStatus) === known.lastValues;
}

/** Records that the object was applied, where the child's hashes do not imply it. */
export function recordApplied(
  child: Child,
  desired: KubeObject,
  schema: Schema | undefined,
  volatile: Volatile | undefined,
): void {
  if (child.entryHash === undefined) return;
  const isImplied = !volatile &&
    desiredValues(desired, schema, child.ownsStatus) === child.valuesHash;
  remember(child, isImplied ? undefined : appliedState(desired, volatile));
}

/**
 * Carries what is known of an object from its last state over to a new one of the same uid. True when
 * both hashes are the same: no manager touched kro's fields.
 */
export function carryOver(old: Child, child: Child): boolean {
  child.ownRevision = old.ownRevision;
  const known = old.rare?.applied;
  const same = old.entryHash === child.entryHash && old.valuesHash === child.valuesHash;
  const drifted = () =>
    known ? { ...known, drifted: true } : { lastValues: old.valuesHash, drifted: true };
  remember(child, same ? known : drifted());
  return same;
}

function remember(child: Child, applied: AppliedState | undefined): void {
  if (applied !== child.rare?.applied) child.rare = { ...child.rare, applied };
}

function matches(
  known: AppliedState,
  desired: KubeObject,
  volatile: Volatile | undefined,
): boolean {
  if (known.desired === undefined) return false;
  const state = appliedState(desired, volatile);
  return known.desired === state.desired ||
    (state.withoutVolatile !== undefined && known.withoutVolatile === state.withoutVolatile);
}

function appliedState(desired: KubeObject, volatile: Volatile | undefined): AppliedState {
  const hash = (object: KubeObject) => digest(object as unknown as Json);
  return {
    desired: hash(desired),
    ...(volatile && {
      withoutVolatile: hash(withoutValues(desired, volatile.paths)) + volatile.basis,
    }),
    drifted: false,
  };
}
