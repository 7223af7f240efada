/** Counts and groups the changes of a plan. The functions are pure. */
import { jsonText } from "../../api/mod.ts";
import { OBJECT_ACTIONS, type ObjectAction, type ObjectChange, type PlanReport } from "./model.ts";

/** The number of objects for each action. */
export type ActionCounts = Record<ObjectAction, number>;

/** Returns the number of objects for each action. */
export function countActions(changes: readonly ObjectChange[]): ActionCounts {
  const counts = Object.fromEntries(OBJECT_ACTIONS.map((action) => [action, 0])) as ActionCounts;
  for (const { action } of changes) counts[action] += 1;
  return counts;
}

/** Returns a number with its noun in the singular or plural, such as `1 object` or `2 objects`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The largest number of kinds or namespaces that a line of the report names. */
const MAX_NAMED = 8;

/** Joins names with commas. Of more than 8 names, names the first 8 and gives the number of the others. */
export function namesText(names: readonly string[]): string {
  const others = names.length - MAX_NAMED;
  return names.slice(0, MAX_NAMED).join(", ") + (others > 0 ? `, and ${others} more` : "");
}

/** Returns the numbers of {@link countActions} as a phrase, such as `2 created, 1 pruned`. */
export function countsText(counts: ActionCounts): string {
  const parts = OBJECT_ACTIONS.filter((action) => counts[action] > 0)
    .map((action) => `${counts[action]} ${action}`);
  return parts.length === 0 ? "no changes" : parts.join(", ");
}

/** Changes of several objects that are equal apart from the objects' names. */
export interface ChangeGroup {
  /** The first change of the group, as an example of all changes. */
  example: ObjectChange;
  /** The changes of the group. */
  changes: ObjectChange[];
}

/**
 * Groups changes that have the same kind, node, action and fields. The names of the objects and of their
 * instances are ignored, so a change of `web-a` in instance `a` and the same change of `web-b` in instance
 * `b` form one group.
 */
export function groupChanges(changes: readonly ObjectChange[]): ChangeGroup[] {
  const groups = new Map<string, ChangeGroup>();
  for (const change of changes) {
    const key = signature(change);
    const group = groups.get(key);
    if (group) group.changes.push(change);
    else groups.set(key, { example: change, changes: [change] });
  }
  return [...groups.values()];
}

function signature(change: ObjectChange): string {
  const { name: _name, namespace: _namespace, instance, replaces: _old, ...rest } = change;
  // The fields of created objects are not compared: they differ from object to object, and the text does not
  // show them.
  const fields = change.action === "created" || change.action === "replaced" ? [] : change.fields;
  const text = jsonText({
    ...rest,
    fields,
    owner: instance?.kind,
    ownerVersion: instance?.apiVersion,
  });
  return instance ? text.replaceAll(instance.name, "<name>") : text;
}

/** Returns the number of changes for each kind and for each namespace, the largest first. */
export function blastRadius(changes: readonly ObjectChange[]): {
  kinds: [string, number][];
  namespaces: [string, number][];
} {
  return {
    kinds: counted(changes.map(({ kind }) => kind)),
    namespaces: counted(changes.map(({ namespace }) => namespace ?? "(cluster-scoped)")),
  };
}

function counted(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** Returns whether a plan changes anything: an RGD, a CRD or an object. */
export function hasChanges({ graphs, changes }: PlanReport): boolean {
  return changes.length > 0 || graphs.some(({ action, crd }) => action !== "unchanged" || crd);
}

/** Returns whether something in the plan would be refused or rejected. */
export function hasRefusals({ graphs, changes, waits }: PlanReport): boolean {
  return graphs.some(({ action }) => action === "rejected") ||
    changes.some(({ action }) => action === "refused") ||
    waits.some(({ state }) => state === "failed");
}

/**
 * Returns the changes. A created object gets the action `replaced` if the plan prunes an object of the same
 * node. `isSingle` returns whether the node has only one object; objects of other nodes never get the action
 * `replaced`.
 */
export function pairReplaced(
  changes: readonly ObjectChange[],
  isSingle: (change: ObjectChange) => boolean,
): ObjectChange[] {
  const key = ({ instance, node, kind }: ObjectChange) =>
    jsonText([instance?.kind, instance?.namespace, instance?.name, node, kind]);
  const pruned = new Map(
    changes.filter((c) => c.action === "pruned" && c.node !== undefined && isSingle(c))
      .map((c) => [key(c), c]),
  );
  return changes.map((change) => {
    const old = change.action === "created" && isSingle(change)
      ? pruned.get(key(change))
      : undefined;
    if (!old) return change;
    const replaces = old.namespace === change.namespace ? old.name : `${old.namespace}/${old.name}`;
    return { ...change, action: "replaced", replaces };
  });
}
