/**
 * Finds metadata, such as names and labels, that the API server refuses for every instance, regardless of the
 * values of expressions.
 */
import { type GroupVersionKind, isObject, type Json, type JsonObject } from "../api/mod.ts";
import { unclosedHint } from "./expression.ts";
import { LABEL_LENGTH, labelKeyFault, labelValueFault } from "./label_syntax.ts";
import { isBuiltIn, nameFault, type NameSyntax, nameSyntax } from "./name_syntax.ts";
import { type NodeDraft, rootOf } from "./read_node.ts";
import type { Report } from "./report.ts";
import { scan } from "./scan.ts";
import { below } from "./template.ts";
import type { FieldPath } from "./types.ts";

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
 * Metadata that a server-side apply must not contain. The API server refuses managed fields. It also refuses a
 * UID and a resourceVersion for an object that does not exist yet.
 */
const SERVER_SET = ["managedFields", "resourceVersion", "uid"];

/**
 * Reports a template without a name, and fields of the metadata that only the API server sets. Also reports
 * names, namespaces and labels that are invalid for every instance. Such a value has literal parts that alone
 * are too long or contain an invalid character, or is invalid as a whole and has no expression.
 */
export function checkLimits(
  draft: NodeDraft,
  gvk: GroupVersionKind | undefined,
  report: Report,
): void {
  const metadata = draft.object?.metadata;
  if (!isObject(metadata)) return;
  const root = rootOf(draft.type);
  if (root === "template") {
    checkGiven(metadata, report);
    checkServerSet(metadata, report);
  }
  const isUnlimited = gvk?.group === "rbac.authorization.k8s.io"; // names are path segments there
  const longest = SHORTER.get(`${gvk?.group}/${gvk?.kind}`) ?? NAME_LENGTH;
  if (!isUnlimited) checkLength(metadata.name, longest, `${root}.metadata.name`, report);
  checkName(metadata.name, gvk ? nameSyntax(gvk) : "segment", `${root}.metadata.name`, report);
  checkLength(metadata.namespace, LABEL_LENGTH, `${root}.metadata.namespace`, report);
  checkName(metadata.namespace, "label", `${root}.metadata.namespace`, report);
  if (root !== "template") return;
  if (gvk && isBuiltIn(gvk)) checkLabelsWithin(draft.object!, [], report);
  else if (isObject(metadata.labels)) checkLabels(metadata.labels, ["metadata", "labels"], report);
}

/**
 * Checks all labels within an object of a built-in kind: those of the object, of templates such as a
 * Deployment's pod template, and of selectors.
 */
function checkLabelsWithin(value: Json, path: FieldPath, report: Report): void {
  if (Array.isArray(value)) {
    value.forEach((element, i) => checkLabelsWithin(element, path.concat(i), report));
  }
  if (!isObject(value)) return;
  for (const [key, entry] of Object.entries(value)) {
    const isLabels = key === "matchLabels" || (key === "labels" && path.at(-1) === "metadata");
    const at = path.concat(key);
    if (isLabels && isObject(entry)) checkLabels(entry, at, report);
    else if (entry !== undefined) checkLabelsWithin(entry, at, report);
  }
}

function checkGiven({ name, generateName }: JsonObject, report: Report): void {
  if (name !== undefined && name !== null && name !== "") return;
  const path = "template.metadata.name";
  const why = generateName === undefined ? "" : ", so generateName is not supported";
  const message = `must be given: objects are found again by name${why}`;
  report({ code: "SHAPE", path, message, hint: "such as ${schema.metadata.name}-app" });
}

function checkServerSet(metadata: JsonObject, report: Report): void {
  for (const field of SERVER_SET) {
    if (!metadata[field]) continue;
    const message = "the API server sets this field, and refuses it in an apply; remove the field";
    report({ code: "OWNED", path: `template.metadata.${field}`, message });
  }
}

function checkName(value: Json | undefined, syntax: NameSyntax, path: string, report: Report) {
  if (typeof value !== "string" || value === "") return;
  const found = partsOf(value);
  if (!found) return;
  const literals = found.parts.flatMap((part) => "literal" in part ? [part.literal] : []);
  const message = nameFault(literals, found.form === "plain", syntax);
  if (message === undefined) return;
  const hint = found.form === "plain" ? unclosedHint(value) : undefined;
  report({ code: "LITERAL", path, message, hint });
}

function checkLength(value: Json | undefined, longest: number, path: string, report: Report) {
  if (typeof value !== "string") return;
  const length = leastLength(value);
  if (length <= longest) return;
  const message = `has at least ${length} characters, but at most ${longest} are allowed`;
  report({ code: "LITERAL", path, message });
}

function checkLabels(labels: JsonObject, at: FieldPath, report: Report): void {
  for (const [key, value] of Object.entries(labels)) {
    const path = below("template", at.concat(key));
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
