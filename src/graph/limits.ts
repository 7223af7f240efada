/**
 * Finds names and labels that the API server refuses for every instance, regardless of the values of their
 * expressions.
 */
import { type GroupVersionKind, isObject, type Json, type JsonObject } from "../api/mod.ts";
import { LABEL_LENGTH, labelKeyFault, labelValueFault } from "./label_syntax.ts";
import { type NodeDraft, rootOf } from "./read_node.ts";
import type { Report } from "./report.ts";
import { scan } from "./scan.ts";
import { below } from "./template.ts";

/**
 * The maximum length of the name of an object, in characters. Most kinds require a DNS subdomain as the
 * name.
 */
const NAME_LENGTH = 253;

/**
 * The maximum length of the name for kinds that allow only shorter names, in characters. The keys are
 * `group/kind`. The name of a CronJob is short because eleven characters are appended to it in the names of
 * its Jobs.
 */
const SHORTER: ReadonlyMap<string, number> = new Map([
  ["/Service", LABEL_LENGTH],
  ["/Namespace", LABEL_LENGTH],
  ["batch/CronJob", 52],
]);

/**
 * Reports a template without a name. Also reports names, namespaces and labels that are invalid for every
 * instance. Such a value has literal parts that alone are too long, or it is invalid and contains no
 * expression.
 */
export function checkLimits(
  draft: NodeDraft,
  gvk: GroupVersionKind | undefined,
  report: Report,
): void {
  const metadata = draft.object?.metadata;
  if (!isObject(metadata)) return;
  const root = rootOf(draft.type);
  if (root === "template") checkGiven(metadata, report);
  const isUnlimited = gvk?.group === "rbac.authorization.k8s.io"; // RBAC allows longer names
  const longest = SHORTER.get(`${gvk?.group}/${gvk?.kind}`) ?? NAME_LENGTH;
  if (!isUnlimited) checkLength(metadata.name, longest, `${root}.metadata.name`, report);
  checkLength(metadata.namespace, LABEL_LENGTH, `${root}.metadata.namespace`, report);
  if (root === "template" && isObject(metadata.labels)) checkLabels(metadata.labels, report);
}

function checkGiven({ name, generateName }: JsonObject, report: Report): void {
  if (name !== undefined && name !== null && name !== "") return;
  const path = "template.metadata.name";
  const why = generateName === undefined ? "" : ", so generateName is not supported";
  const message = `must be given: objects are found again by name${why}`;
  report({ code: "SHAPE", path, message, hint: "such as ${schema.metadata.name}-app" });
}

function checkLength(value: Json | undefined, longest: number, path: string, report: Report) {
  if (typeof value !== "string") return;
  const length = leastLength(value);
  if (length <= longest) return;
  const message = `has at least ${length} characters, but at most ${longest} are allowed`;
  report({ code: "LITERAL", path, message });
}

function checkLabels(labels: JsonObject, report: Report): void {
  for (const [key, value] of Object.entries(labels)) {
    const path = below("template", ["metadata", "labels", key]);
    // A key with an expression is skipped, because the search for the expressions of the template reports it.
    const fault = key.includes("${") ? undefined : labelKeyFault(key);
    if (fault) report({ code: "LITERAL", path, message: fault });
    if (typeof value !== "string") continue;
    checkLength(value, LABEL_LENGTH, path, report);
    const isPlain = value.length <= LABEL_LENGTH && partsOf(value)?.form === "plain";
    const invalid = isPlain ? labelValueFault(value) : undefined;
    if (invalid) report({ code: "LITERAL", path, message: invalid });
  }
}

/**
 * Returns the number of characters in the literal parts of a string; 0 for a string with a malformed
 * expression.
 */
function leastLength(value: string): number {
  return partsOf(value)?.parts.reduce(
    (sum, part) => sum + ("literal" in part ? part.literal.length : 0),
    0,
  ) ?? 0;
}

function partsOf(value: string) {
  const found = scan(value);
  return found.ok ? found : undefined;
}
