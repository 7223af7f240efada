/** Compares a plan with limits that the user has set. */
import { countActions } from "./summary.ts";
import { OBJECT_ACTIONS, type ObjectAction, type PlanReport } from "./model.ts";

/** The limits of a plan. */
export interface PlanLimits {
  /** The largest number of objects that may change in any way; unlimited when absent. */
  maxChanges?: number;
  /** The largest number of objects that may be deleted; unlimited when absent. */
  maxDeletes?: number;
  /** The effects that the plan must not have on any object. */
  forbid?: readonly ObjectAction[];
}

/** The values of the flag `--forbid`, each with the effect on an object that it forbids. */
export const FORBIDDABLE: Readonly<Record<string, ObjectAction>> = {
  create: "created",
  change: "changed",
  adopt: "adopted",
  replace: "replaced",
  prune: "pruned",
};

/** Returns one message for each limit that the plan exceeds. Each message names the flag of the limit. */
export function exceeded({ changes }: PlanReport, limits: PlanLimits): string[] {
  const counts = countActions(changes);
  const deleting = changes.filter(({ action }) => action === "pruned");
  const all = OBJECT_ACTIONS.filter((action) => action !== "refused")
    .reduce((sum, action) => sum + counts[action], 0);
  const messages: string[] = [];
  const { maxChanges, maxDeletes, forbid = [] } = limits;
  if (maxChanges !== undefined && all > maxChanges) {
    messages.push(`objects to change: ${all}, but --max-changes allows ${maxChanges}`);
  }
  if (maxDeletes !== undefined && deleting.length > maxDeletes) {
    messages.push(`objects to delete: ${deleting.length}, but --max-deletes allows ${maxDeletes}`);
  }
  for (const action of forbid) {
    const first = changes.find((change) => change.action === action);
    if (!first) continue;
    const name = first.namespace ? `${first.namespace}/${first.name}` : first.name;
    messages.push(`${first.kind} ${name} would be ${action}, but --forbid excludes that`);
  }
  return messages;
}
