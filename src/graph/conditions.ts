/** Author-declared conditions: entries of `schema.status.conditions`. */
import type { Json } from "../api/mod.ts";
import { type CelType, CONDITION, typeText } from "../cel/mod.ts";
import type { CheckContext } from "./check.ts";
import { checkExpression, CONDITION_CODES, readExpression } from "./expression.ts";
import { kindOfJson } from "./json.ts";
import { checkReferences } from "./references.ts";
import type { Report } from "./report.ts";
import type { Expression } from "./types.ts";

const ROOT = "schema.status.conditions";

/** The checked entries, in their order. */
export function checkConditions(
  raw: Json | undefined,
  context: CheckContext,
  report: Report,
): Expression[] {
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
  for (const [index, entry] of raw.entries()) {
    const path = `${ROOT}[${index}]`;
    if (typeof entry !== "string") {
      const message = `must be an expression, not ${kindOfJson(entry)}`;
      report({ code: "STATUS", path, message });
      continue;
    }
    const draft = readExpression(entry, { path, ...CONDITION_CODES }, true, report);
    if (!draft || !checkReferences(draft, names, report)) continue;
    const expectation = { accepts: notCondition };
    const expression = checkExpression(draft, scope, expectation, context.ids, report);
    if (expression) checked.push(expression);
  }
  return checked;
}

function notCondition(type: CelType): string | undefined {
  const one = type.kind === "list" ? type.element : type;
  if (one.kind === "dyn" || typeText(one) === typeText(CONDITION)) return undefined;
  return `must yield runtime.newCondition(…) or a list of them, but yields ${typeText(type)}`;
}
