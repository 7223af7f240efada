/** Checks the limits of a command line before `kro apply` applies anything. */
import { exceeded, hasRefusals, type PlanLimits, type PlanReport } from "../../explain/mod.ts";
import { UsageError } from "../errors.ts";
import type { Manifest } from "../manifests.ts";
import type { Session } from "../session.ts";
import { makePlan } from "./planner.ts";

/**
 * If a flag such as `--max-deletes` sets a limit, plans the objects of the files and checks the plan with
 * {@link checkReport}. Otherwise does nothing.
 */
export async function checkLimits(
  session: Session,
  manifests: readonly Manifest[],
  limits: PlanLimits,
): Promise<void> {
  const { maxChanges, maxDeletes, forbid } = limits;
  if ([maxChanges, maxDeletes, forbid].every((limit) => limit === undefined)) return;
  checkReport((await makePlan(session, manifests)).report, limits);
}

/** Throws UsageError when something in the plan would be refused, or when the plan exceeds a limit. */
export function checkReport(report: PlanReport, limits: PlanLimits): void {
  if (hasRefusals(report)) {
    throw new UsageError("the plan contains refused changes: kro plan shows them");
  }
  const [excess] = exceeded(report, limits);
  if (excess !== undefined) throw new UsageError(`refused: ${excess}`);
}
