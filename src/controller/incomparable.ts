/** Logs the objects that another client has made too deep or too large for kro to compare. */
import { getLogger } from "@logtape/logtape";
import { groupKind, type KindRef } from "../api/mod.ts";

const logger = getLogger(["kro", "controller"]);

/** Logs that kro cannot compare the object of this kind with this name. */
export function logIncomparable(kind: KindRef, at: { namespace?: string; name: string }): void {
  logger.warn(
    "{kind} {object} is nested too deeply or has too many values: kro cannot compare it, and treats it as changed",
    { kind: groupKind(kind), object: at.namespace ? `${at.namespace}/${at.name}` : at.name },
  );
}
