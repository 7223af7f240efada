/**
 * Decides whether a desired object is already applied, and whether another manager changed it since. The two
 * hashes of a child suffice for most objects. {@link AppliedState} covers the others: objects with volatile
 * fields, and objects of which the API server stores other values than it was sent.
 */
import type { Json, KubeObject } from "../../api/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import { type Volatile, withoutValues, withValuesOf } from "../../reconcile/mod.ts";
import { desiredValues, digest, identityOf } from "../drift/fingerprint.ts";
import type { AppliedState, Child } from "./child.ts";
import type { View } from "./views.ts";

/**
 * Memo of the identity of desired objects; weak, so that an entry is freed with its object. Desired objects
 * are immutable, and the expansion cache returns the same ones in every pass.
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
 * True when applying the desired object would change only volatile fields. `view` is the child's. Updates
 * the child's {@link AppliedState}, for {@link hasDrifted} and later calls.
 */
export function isUpToDate(
  child: Child,
  view: View,
  desired: KubeObject,
  schema: Schema | undefined,
  volatile: Volatile | undefined,
): boolean {
  if (child.entryHash === undefined) return false;
  // Comparing identities is much cheaper than hashing the object.
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
  // After a restart the live values of volatile fields count as applied.
  const paths = known?.desired === undefined ? volatile?.paths ?? [] : [];
  const wanted = paths.length > 0 ? withValuesOf(live, desired, paths) : desired;
  if (desiredValues(wanted, schema, child.ownsStatus) !== child.valuesHash) return false;
  remember(child, volatile && appliedState(wanted, volatile));
  return true;
}

/**
 * True when the desired object was applied and another manager changed the live object since. False when
 * the graph changed the desired object.
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
 * Copies the {@link AppliedState} of an object to its new state with the same uid. True when both hashes are
 * unchanged, so that no manager wrote kro's fields.
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
