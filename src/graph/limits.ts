/**
 * Finds metadata, such as names and labels, that the API server refuses for every instance, regardless of the
 * values of expressions.
 */
import { type GroupVersionKind, isObject, type Json, type JsonObject } from "../api/mod.ts";
import { unclosedHint } from "./expression.ts";
import { checkLabels } from "./label_limits.ts";
import { LABEL_LENGTH } from "./label_syntax.ts";
import { checkLength, literalsOf } from "./literal_parts.ts";
import { isFreeName, nameFault, type NameSyntax, nameSyntax } from "./name_syntax.ts";
import { type NodeDraft, rootOf } from "./read_node.ts";
import type { Report } from "./report.ts";

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
 * Reports a template without a name, and a template with `metadata.managedFields`, which the API server
 * refuses in every apply. Also reports names, namespaces and labels that are invalid for every instance. Such
 * a value has literal parts that alone are too long or contain an invalid character, or is invalid as a whole
 * and has no expression.
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
    checkManagedFields(metadata, report);
  }
  const syntax = gvk ? nameSyntax(gvk) : "segment";
  if (!gvk || !isFreeName(gvk)) {
    checkLength(metadata.name, longestName(draft, gvk), `${root}.metadata.name`, report);
  }
  checkName(metadata.name, syntax, `${root}.metadata.name`, report);
  checkLength(metadata.namespace, LABEL_LENGTH, `${root}.metadata.namespace`, report);
  checkName(metadata.namespace, "label", `${root}.metadata.namespace`, report);
  if (root === "template") checkLabels(draft.object!, gvk, report);
}

function longestName({ object }: NodeDraft, gvk: GroupVersionKind | undefined): number {
  const kind = `${gvk?.group}/${gvk?.kind}`;
  // The API server adds the name of a Job as a label to its pods, except when the Job has a selector of its own.
  if (kind === "batch/Job" && isObject(object?.spec) && !object.spec.manualSelector) {
    return LABEL_LENGTH;
  }
  return SHORTER.get(kind) ?? NAME_LENGTH;
}

function checkGiven({ name, generateName }: JsonObject, report: Report): void {
  if (name !== undefined && name !== null && name !== "") return;
  const path = "template.metadata.name";
  const why = generateName === undefined ? "" : ", so generateName is not supported";
  const message = `must be given: objects are found again by name${why}`;
  report({ code: "SHAPE", path, message, hint: "such as ${schema.metadata.name}-app" });
}

function checkManagedFields({ managedFields }: JsonObject, report: Report): void {
  if (!Array.isArray(managedFields)) return;
  const message = "the API server sets this field, and refuses it in an apply; remove the field";
  report({ code: "OWNED", path: "template.metadata.managedFields", message });
}

function checkName(value: Json | undefined, syntax: NameSyntax, path: string, report: Report) {
  if (typeof value !== "string" || value === "") return;
  const literals = literalsOf(value);
  const message = literals && nameFault(literals, syntax);
  if (!literals || message === undefined) return;
  const hint = literals.isPlain ? unclosedHint(value) : undefined;
  report({ code: "LITERAL", path, message, hint });
}
