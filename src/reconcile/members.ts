/** Lists and deletes the members of an ApplySet. */
import {
  ApiError,
  groupKind,
  isNotFound,
  type KindRef,
  type KubeObject,
  type ObjectRef,
} from "../api/mod.ts";
import type { Cluster, ListScope } from "./cluster.ts";
import { type Inventory, parentNamespace, splitGroupKind } from "./inventory.ts";
import { isMember } from "./membership.ts";
import { objectOutcome } from "./ownership.ts";
import type { ObjectOutcome } from "./outcome.ts";

/** A member and its reference. */
export interface Member {
  /** The object. */
  object: KubeObject;
  /** Its reference. */
  ref: ObjectRef;
}

/** Which members to list, and where. */
export interface MemberQuery {
  /** Where to search. */
  cluster: Cluster;
  /** The instance, parent of the ApplySet. */
  instance: KubeObject;
  /** Its ApplySet id. */
  applySetId: string;
  /** Kinds and namespaces to list; the namespace of the instance is always listed. */
  inventory: Inventory;
  /** Served kinds by `Kind.group`; a kind that is not among them is looked up in the cluster. */
  known?: ReadonlyMap<string, KindRef>;
}

/**
 * The members of each kind in each namespace of the inventory; `live` bypasses caches. Skips a kind only if
 * the cluster no longer serves it. Rejects with ApiError.
 */
export async function listMembers(query: MemberQuery, live: boolean): Promise<Member[]> {
  const { cluster, instance, applySetId, inventory, known } = query;
  const namespaces = new Set([parentNamespace(instance), ...inventory.namespaces]);
  const kinds = await Promise.all(
    [...inventory.kinds].map((text) => known?.get(text) ?? cluster.serves(splitGroupKind(text))),
  );
  const lists = kinds.filter((k) => k !== undefined).flatMap((kind) => {
    const scopes = kind.namespaced ? [...namespaces] : [undefined];
    return scopes.map(async (namespace) => {
      const found = await list(query, { kind, namespace }, live);
      return found.filter((o) => isMember(o, applySetId)).map((o) => member(kind, o));
    });
  });
  return (await Promise.all(lists)).flat();
}

/** True while any of the members still exists. Lists only the kinds and namespaces of these members. */
export async function remain(query: MemberQuery, members: readonly Member[]): Promise<boolean> {
  const places = new Map(
    members.map(({ ref: { kind, namespace } }) => [
      `${groupKind(kind)}/${namespace ?? ""}`,
      { kind, namespace },
    ]),
  );
  const found = await Promise.all(places.values().map((p) => list(query, p, false)));
  const uids = new Set(found.flat().map((o) => o.metadata.uid));
  return members.some((m) => uids.has(m.object.metadata.uid));
}

/**
 * Deletes a member unless it is terminating. `conflict` in the result says that another object has the name
 * now. Rejects with ApiError on other refusals.
 */
export async function deleteMember(
  cluster: Cluster,
  { object, ref }: Member,
  done: "pruned" | "deleted",
): Promise<{ outcome?: ObjectOutcome; conflict: boolean }> {
  if (object.metadata.deletionTimestamp !== undefined) {
    return { outcome: objectOutcome(ref, "deleting"), conflict: false };
  }
  try {
    await cluster.delete(ref, { uid: object.metadata.uid ?? "" });
  } catch (error) {
    if (error instanceof ApiError && error.reason === "Conflict") return { conflict: true };
    if (!isNotFound(error)) throw error;
  }
  return { outcome: objectOutcome(ref, done), conflict: false };
}

/** Kinds by their name in an inventory (`Kind.group`). */
export function kindsByName(kinds: Iterable<KindRef>): Map<string, KindRef> {
  return new Map([...kinds].map((k) => [groupKind(k), k]));
}

async function list(
  { cluster, applySetId }: MemberQuery,
  scope: ListScope,
  live: boolean,
): Promise<KubeObject[]> {
  try {
    return live
      ? await cluster.listMembersLive(scope, applySetId)
      : await cluster.listMembers(scope, applySetId);
  } catch (error) {
    // No object is left if the kind is no longer served. An API that is merely unreachable must reject.
    const cannotList = isNotFound(error) || (error instanceof ApiError && error.code === 405);
    if (cannotList && !await cluster.serves(scope.kind, { fresh: true })) return [];
    throw error;
  }
}

function member(kind: KindRef, object: KubeObject): Member {
  const { name = "", namespace } = object.metadata;
  return { object, ref: { kind, name, ...(namespace ? { namespace } : {}) } };
}
