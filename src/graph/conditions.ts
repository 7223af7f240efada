/** Checks the status conditions that the author of an RGD declares in `schema.status.conditions`. */
import { didYouMean, INSTANCE_CONDITIONS, type Json, type Problem } from "../api/mod.ts";
import { type CelType, CONDITION, typeText } from "../cel/mod.ts";
import type { CheckContext } from "./check.ts";
import { conditionLiterals, type Literal } from "./condition_literals.ts";
import { checkExpression, CONDITION_CODES, type Draft, readExpression } from "./expression.ts";
import { kindOfJson } from "./json.ts";
import { readsOfDrafts } from "./reads.ts";
import { checkReferences } from "./references.ts";
import type { Report } from "./report.ts";
import type { Expression } from "./types.ts";

const ROOT = "schema.status.conditions";

/**
 * Checks the declared status conditions and reports their problems. Returns the valid conditions in the order
 * of the RGD. The generator yields after each expression.
 */
export function* checkConditions(
  raw: Json | undefined,
  context: CheckContext,
  report: Report,
): Generator<undefined, Expression[]> {
  if (raw === undefined) return [];
  if (!Array.isArray(raw)) {
    const message = `must be a list of expressions, not ${kindOfJson(raw)}`;
    report({ code: "STATUS", path: ROOT, message });
    return [];
  }
  const names = {
    allowed: new Set(["schema", "runtime", ...context.ids]),
    refused: new Map(
      [
        ["each", { code: "COND", message: '"each" exists only in readyWhen of a collection' }],
      ] as const,
    ),
    omit: { code: "COND", message: "omit() cannot be used in conditions" } as const,
  };
  const scope = { variables: context.variables, runtime: true };
  const checked: Expression[] = [];
  const drafts: Draft[] = [];
  for (const [index, entry] of raw.entries()) {
    const path = `${ROOT}[${index}]`;
    if (typeof entry !== "string") {
      const message = `must be an expression, not ${kindOfJson(entry)}`;
      report({ code: "STATUS", path, message });
      continue;
    }
    const draft = yield* readExpression(entry, { path, ...CONDITION_CODES }, true, report);
    if (!draft) continue;
    drafts.push(draft);
    const named = checkReferences(draft, names, report);
    const expectation = { accepts: notCondition };
    const expression = yield* checkExpression(named, scope, expectation, context.ids, report);
    if (!expression) continue;
    checked.push(expression);
    readsOfDrafts([draft], context.statusReads);
  }
  yield* checkLiterals(drafts, report);
  return checked;
}

const BUILT_IN = [...INSTANCE_CONDITIONS.dependents, INSTANCE_CONDITIONS.root];
const STATUSES = ["True", "False", "Unknown"];

/**
 * Reports invalid condition types and statuses that are written as literals. Without this check, the fault
 * would be found only when the expression is evaluated. The generator yields after each expression.
 */
function* checkLiterals(drafts: readonly Draft[], report: Report): Generator<undefined, void> {
  const literals: ReturnType<typeof conditionLiterals>[] = [];
  for (const { parts: [part] } of drafts) {
    literals.push(conditionLiterals(part && "source" in part ? part.source : ""));
    yield;
  }
  const declaredBy = new Map<string, Draft>();
  for (const [i, draft] of drafts.entries()) {
    const fault = (at: Literal, message: string) => report(literalFault(draft, at, message));
    for (const { type, status } of literals[i]!.made) {
      if (status && !STATUSES.includes(status.value)) {
        fault(status, `status must be one of ${STATUSES.join(", ")}, not "${status.value}"`);
      }
      if (type?.value === "") fault(type, "type must not be empty");
      const other = type && declaredBy.get(type.value);
      if (other && other !== draft) {
        fault(type, `type "${type.value}" is also declared by ${other.place.path}`);
      } else if (type) declaredBy.set(type.value, draft);
    }
  }
  for (const [i, draft] of drafts.entries()) {
    for (const type of literals[i]!.lookedUp) {
      if (BUILT_IN.includes(type.value)) continue;
      const message = declaredBy.has(type.value)
        ? `"${type.value}" is declared by this RGD, and such conditions cannot refer to each other`
        : `"${type.value}" is not a condition that kro sets: ${BUILT_IN.join(", ")}`;
      report({ ...literalFault(draft, type, message), hint: didYouMean(type.value, BUILT_IN) });
    }
  }
}

function literalFault({ place, source }: Draft, at: Literal, message: string): Problem {
  const offset = at.offset + "${".length;
  return { code: "COND", path: place.path, expression: source, offset, message };
}

function notCondition(type: CelType): string | undefined {
  const one = type.kind === "list" ? type.element : type;
  if (one.kind === "dyn" || typeText(one) === typeText(CONDITION)) return undefined;
  return `must yield runtime.newCondition(…) or a list of them, but yields ${typeText(type)}`;
}
