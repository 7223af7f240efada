/**
 * Decides whether a desired object is already applied, and whether another field manager has changed the
 * object since. For most objects, `entryHash` and `valuesHash` of {@link Child} are enough to decide. The two
 * hashes are not enough for an object with volatile fields, whose expressions read only resourceVersions of
 * other objects, and for an object whose applied values the API server has changed. In these two cases, an
 * {@link AppliedState} is stored as well.
 */
import type { Json, KubeObject } from "../../api/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import { type Volatile, withoutValues, withValuesOf } from "../../reconcile/mod.ts";
import { desiredValues, digest, hasValues, identityOf } from "../drift/fingerprint.ts";
import type { AppliedState, Child } from "./child.ts";
import type { View } from "./views.ts";

/**
 * A cache of the identity strings of desired objects, which are costly to compute. The key is the object
 * itself, because passes reuse the same desired objects and never modify them. The map is weak: an entry is
 * freed together with its object.
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
 * Returns true when the live object equals the desired object, or differs from it only in volatile fields.
 * May store a new {@link AppliedState} in the child, which later calls and {@link hasDrifted} read.
 *
 * @param view The object that was rebuilt from the record of the child.
 */
export function isUpToDate(
  child: Child,
  view: View,
  desired: KubeObject,
  schema: Schema | undefined,
  volatile: Volatile | undefined,
): boolean {
  if (child.entryHash === undefined) return false;
  // Comparing two identity strings is much cheaper than hashing the whole object.
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
  // After a restart, kro does not know which values of volatile fields it applied last, and assumes that it
  // applied the live values.
  const paths = known?.desired === undefined ? volatile?.paths ?? [] : [];
  const wanted = paths.length > 0 ? withValuesOf(live, desired, paths) : desired;
  if (!hasDesired(child, wanted, schema)) return false;
  remember(child, volatile && appliedState(wanted, volatile));
  return true;
}

/**
 * Returns true when kro applied the desired object and another field manager has changed the live object
 * since. Returns false when the live object differs from `desired` only because the graph now computes other
 * values.
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

/**
 * Records that kro applied the object. Stores an {@link AppliedState} only if the object has volatile fields,
 * or if {@link Child.valuesHash} does not match the applied values.
 */
export function recordApplied(
  child: Child,
  desired: KubeObject,
  schema: Schema | undefined,
  volatile: Volatile | undefined,
): void {
  if (child.entryHash === undefined) return;
  const isImplied = !volatile && hasDesired(child, desired, schema);
  remember(child, isImplied ? undefined : appliedState(desired, volatile));
}

/**
 * Copies the {@link AppliedState} from the previous record of a child to its new record, and marks it as
 * drifted if a hash has changed. The two records must have the same UID. Returns true when `entryHash` and
 * `valuesHash` are unchanged, which means that no client has written kro's fields.
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

function hasDesired(
  { valuesHash, ownsStatus, rare }: Child,
  desired: KubeObject,
  schema: Schema | undefined,
): boolean {
  // The hash of an incomparable object differs from the hash of each desired object.
  if (rare?.isIncomparable) return false;
  return hasValues({ valuesHash, ownsStatus, nulls: rare?.nulls }, desired, schema);
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
