/** Lists and deletes the members of an ApplySet, which are the objects of one instance. */
import {
  ApiError,
  groupKind,
  isConflict,
  isNotFound,
  type KindRef,
  type KubeObject,
  Label,
  type ObjectRef,
} from "../api/mod.ts";
import type { Cluster, ListScope } from "./cluster.ts";
import { type Inventory, parentNamespace, splitGroupKind } from "./inventory.ts";
import { isMember } from "./membership.ts";
import { objectOutcome } from "./ownership.ts";
import type { ObjectOutcome } from "./outcome.ts";

/** An object that is a member of an ApplySet, together with the reference to the object. */
export interface Member {
  /** The object, as the cluster returned it. */
  object: KubeObject;
  /** The reference to the object. */
  ref: ObjectRef;
}

/** The selection of members to list: the ApplySet, its kinds and its namespaces. */
export interface MemberQuery {
  /** The cluster that contains the members. */
  cluster: Cluster;
  /** The instance that is the parent of the ApplySet. */
  instance: KubeObject;
  /** The id of the instance's ApplySet. */
  applySetId: string;
  /**
   * The kinds and namespaces to list. The namespace of the instance is listed even if the inventory does
   * not contain that namespace.
   */
  inventory: Inventory;
  /**
   * Kinds that the cluster is known to serve. The keys are of the form `Kind.group`. Any other kind is looked
   * up in the cluster.
   */
  known?: ReadonlyMap<string, KindRef>;
  /** Whether to find objects with an edited label `part-of` as well; see {@link Cluster.listMembers}. */
  thorough?: boolean;
}

/**
 * Lists the members of each kind in each namespace of the inventory. A kind is skipped only when the
 * cluster no longer serves the kind. Rejects with ApiError when a request fails.
 *
 * @param live Whether to list from the API server instead of from a cache.
 */
export async function listMembers(query: MemberQuery, live: boolean): Promise<Member[]> {
  const { cluster, instance, applySetId, inventory, known } = query;
  const parent = { applySetId, instanceUid: instance.metadata.uid };
  const namespaces = new Set([parentNamespace(instance), ...inventory.namespaces]);
  const kinds = await Promise.all(
    [...inventory.kinds].map((text) => known?.get(text) ?? cluster.serves(splitGroupKind(text))),
  );
  const served = kinds.filter((k) => k !== undefined);
  const count = served.length * namespaces.size;
  const isShort = namespaces.size <= MAX_NAMESPACES && count <= MAX_SCOPES;
  const scopes = served.flatMap((kind): ListScope[] =>
    kind.namespaced && isShort
      ? [...namespaces].map((namespace) => ({ kind, namespace }))
      : [{ kind, namespace: undefined }]
  );
  // The namespaces to list one by one if RBAC forbids the list of all namespaces; undefined if these would be
  // too many lists.
  const others = count <= MAX_FALLBACK ? namespaces : undefined;
  const lists = await limited(scopes, async (scope) => {
    const { kind } = scope;
    const found = scope.namespace === undefined && kind.namespaced
      ? await listEverywhere(query, kind, namespaces, others, live)
      : await list(query, scope, live);
    return found.filter((o) => isMember(o, parent)).map((o) => member(kind, o));
  });
  return lists.flat();
}

/**
 * The largest number of namespaces that are listed one by one. A user who may edit an instance can write
 * thousands of namespaces into its inventory. If the inventory has more namespaces than this number, one list
 * by label over all namespaces finds the same members.
 */
const MAX_NAMESPACES = 32;

/**
 * The largest number of pairs of a kind and a namespace that are listed one by one. If an inventory has more
 * pairs, kro lists each kind in all namespaces with one request.
 */
const MAX_SCOPES = 256;

/**
 * The largest number of pairs of a kind and a namespace when RBAC forbids lists of all namespaces, instead of
 * {@link MAX_SCOPES}. If an inventory has more pairs, kro cannot find the members of the ApplySet. kro then neither
 * prunes objects nor ends the deletion of the instance.
 */
const MAX_FALLBACK = 2000;

/** The largest number of concurrent list requests of one instance. */
const MAX_LISTS = 16;

/**
 * Lists the members of one kind in all namespaces of the cluster, and returns the members in the given
 * namespaces. If RBAC forbids this request, sends one request for each namespace in `others`, or rejects if
 * `others` is undefined.
 */
async function listEverywhere(
  query: MemberQuery,
  kind: KindRef,
  namespaces: ReadonlySet<string>,
  others: ReadonlySet<string> | undefined,
  live: boolean,
): Promise<KubeObject[]> {
  try {
    const found = await list(query, { kind, namespace: undefined }, live);
    return found.filter(({ metadata }) => namespaces.has(metadata.namespace ?? ""));
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== "Forbidden") throw error;
    if (!others) {
      const { message, reason, code } = error;
      const why = `the inventory has too many namespaces (${namespaces.size}) for a list of each`;
      throw new ApiError(`${message}; ${why}`, { reason, code });
    }
    const found: KubeObject[] = [];
    for (const namespace of others) {
      for (const object of await list(query, { kind, namespace }, live)) found.push(object);
    }
    return found;
  }
}

/** Calls `work` for all items, {@link MAX_LISTS} at a time, and returns the results in order. */
async function limited<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(MAX_LISTS, items.length) }, worker));
  return results;
}

/**
 * Reports whether any of the given members still exists. Lists only the kinds and namespaces of these
 * members. A member with an edited label `part-of` is read by its name instead, because a list does not find
 * it.
 */
export async function remain(query: MemberQuery, members: readonly Member[]): Promise<boolean> {
  const { applySetId, cluster } = query;
  const { listed = [], lost = [] } = Object.groupBy(
    members,
    ({ object }) =>
      object.metadata.labels?.[Label.applySetPartOf] === applySetId ? "listed" : "lost",
  );
  const reads = await limited(lost, ({ ref }) => cluster.getLive(ref));
  if (reads.some((live, i) => live && live.metadata.uid === lost[i]!.object.metadata.uid)) {
    return true;
  }
  const places = new Map(
    listed.map(({ ref: { kind, namespace } }) => [
      `${groupKind(kind)}/${namespace ?? ""}`,
      { kind, namespace },
    ]),
  );
  const found = await limited([...places.values()], (p) => list(query, p, false));
  const uids = new Set(found.flat().map((o) => o.metadata.uid));
  return listed.some((m) => uids.has(m.object.metadata.uid));
}

/**
 * Deletes a member, unless the member is already being deleted. `conflict` in the result is true when an
 * object with another UID now has the member's name. Rejects with ApiError when the API server refuses the
 * deletion for another reason.
 */
export async function deleteMember(
  cluster: Cluster,
  { object, ref }: Member,
  done: "pruned" | "deleted",
): Promise<{ outcome?: ObjectOutcome; conflict: boolean }> {
  const { deletionTimestamp, finalizers } = object.metadata;
  if (deletionTimestamp !== undefined) {
    return { outcome: objectOutcome(ref, "deleting", finalizers), conflict: false };
  }
  try {
    await cluster.delete(ref, { uid: object.metadata.uid ?? "" });
  } catch (error) {
    if (isConflict(error)) return { conflict: true };
    if (!isNotFound(error)) throw error;
  }
  return { outcome: objectOutcome(ref, done, finalizers), conflict: false };
}

/** Returns a map of the kinds by their name in an inventory, `Kind.group`. */
export function kindsByName(kinds: Iterable<KindRef>): Map<string, KindRef> {
  return new Map([...kinds].map((k) => [groupKind(k), k]));
}

async function list(
  { cluster, applySetId, instance, thorough }: MemberQuery,
  scope: ListScope,
  live: boolean,
): Promise<KubeObject[]> {
  try {
    const { uid } = instance.metadata;
    return live
      ? await cluster.listMembersLive(scope, applySetId, uid)
      : await cluster.listMembers(scope, applySetId, uid, thorough);
  } catch (error) {
    // Status 404 or 405 may mean that the API server has ceased to serve the kind. If discovery confirms
    // this, no object of the kind can exist, so the list is empty. If discovery fails, objects may still
    // exist, so an error is thrown.
    const cannotList = isNotFound(error) || (error instanceof ApiError && error.code === 405);
    if (cannotList && !await cluster.serves(scope.kind, { fresh: true })) return [];
    throw error;
  }
}

function member(kind: KindRef, object: KubeObject): Member {
  const { name = "", namespace } = object.metadata;
  return { object, ref: { kind, name, ...(namespace ? { namespace } : {}) } };
}
