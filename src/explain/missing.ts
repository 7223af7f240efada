/** Describes permissions that kro lacks. */
import { resourceName, type Right } from "./rights.ts";
import { rulesLine, rulesOf } from "./rules.ts";

/**
 * Returns a phrase that names the permissions that kro lacks, and the RBAC rules, in YAML, that grant these
 * permissions. Returns an empty string when kro lacks no permission.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { missingText } from "./mod.ts";
 *
 * const right = { group: "", resource: "secrets", verbs: ["watch"], purposes: ["objects"] } as const;
 * assert.equal(
 *   missingText([right]),
 *   "kro lacks permissions: watch secrets; add to kro's role the rules " +
 *     '[{apiGroups: [""], resources: [secrets], verbs: [watch]}]',
 * );
 * ```
 */
export function missingText(missing: readonly Right[]): string {
  if (missing.length === 0) return "";
  const rules = rulesLine(rulesOf(missing));
  return `${LACKS}${missing.map(rightText).join(", ")}; add to kro's role the rules ${rules}`;
}

/**
 * Reports whether a message contains a text that {@link missingText} has returned for a missing permission.
 */
export function namesMissing(message: string): boolean {
  return message.includes(LACKS);
}

const LACKS = "kro lacks permissions: ";

function rightText(right: Right): string {
  const { verbs, names, namespaces } = right;
  const where = namespaces ? ` in ${namespaces.join(", ")}` : "";
  const which = names ? ` ${names.join(", ")}` : "";
  return `${verbs.join("/")} ${resourceName(right)}${which}${where}`;
}
