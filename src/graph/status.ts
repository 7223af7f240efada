/**
 * Checks `schema.status` of an RGD: the fields, the schema of the fields, and the conditions that the author
 * declares.
 */
import { isObject, type Json, type JsonObject } from "../api/mod.ts";
import type { Schema } from "../openapi/mod.ts";
import type { CheckContext } from "./check.ts";
import { checkConditions } from "./conditions.ts";
import {
  checkExpression,
  type Draft,
  isExpressionKey,
  readExpression,
  STATUS_CODES,
} from "./expression.ts";
import { readsOfDrafts } from "./reads.ts";
import { checkReferences } from "./references.ts";
import type { Report } from "./report.ts";
import { joinSchemas, schemaOfType } from "./status_schema.ts";
import { below } from "./template.ts";
import type { Field, FieldPath, StatusPlan } from "./types.ts";

const ROOT = "schema.status";
const REFUSED = {
  each: { code: "STATUS", message: '"each" exists only in readyWhen of a collection' },
  runtime: { code: "STATUS", message: '"runtime" exists only in status conditions' },
} as const;

/**
 * Checks `schema.status` and reports its problems. Returns the status fields and conditions to evaluate, and
 * the schema of the fields that the author declares. The generator yields after each field, so that the
 * caller can do other work in between.
 */
export function* checkStatus(
  status: JsonObject,
  context: CheckContext,
  report: Report,
): Generator<undefined, { plan: StatusPlan; schema: Schema }> {
  const { conditions, ...rest } = status;
  const names = {
    allowed: new Set(["schema", ...context.ids]),
    refused: new Map(Object.entries(REFUSED)),
    omit: { code: "STATUS", message: "omit() cannot be used in the status" } as const,
  };
  const fields: Field[] = [];
  for (const { path, draft: found } of yield* findFields(rest, [], report)) {
    const draft = checkReferences(found, names, report);
    const expression = yield* checkExpression(
      draft,
      { variables: context.variables },
      { writes: "any" },
      context.ids,
      report,
    );
    yield;
    if (!expression) continue;
    readsOfDrafts([draft], context.statusReads);
    if (draft.references.size === 0) fault(draft, "must refer to a resource or to schema", report);
    else fields.push({ path, expression });
  }
  const schema = joinSchemas(
    fields.map(({ path, expression: e }) => ({ path, schema: schemaOfType(e.program.type) })),
  );
  checkState(schema, report);
  return {
    // kro writes `status.state` itself. If the author declares a field `state`, the CRD gets the schema of
    // the declared field, but the declared expression is never evaluated.
    plan: {
      fields: fields.filter((f) => f.path[0] !== "state"),
      conditions: yield* checkConditions(conditions, context, report),
    },
    schema,
  };
}

function* findFields(
  value: Json,
  path: FieldPath,
  report: Report,
  found: { path: FieldPath; draft: Draft }[] = [],
): Generator<undefined, { path: FieldPath; draft: Draft }[]> {
  if (Array.isArray(value)) {
    for (const [i, v] of value.entries()) yield* findFields(v, path.concat(i), report, found);
    return found;
  }
  if (isObject(value)) {
    for (const [k, v] of Object.entries(value)) {
      const at = path.concat(k);
      if (isExpressionKey(k, below(ROOT, at), "STATUS", report)) continue;
      yield* findFields(v ?? null, at, report, found);
    }
    return found;
  }
  const place = { path: below(ROOT, path), ...STATUS_CODES };
  let reported = false;
  const draft = typeof value !== "string"
    ? undefined
    : yield* readExpression(value, place, false, (p) => {
      reported = true;
      report(p);
    });
  if (draft) found.push({ path, draft });
  else if (!reported) {
    const message = "must be an expression: ${…}; a status has no constant values";
    report({ code: "STATUS", path: place.path, message });
  }
  return found;
}

/**
 * Reports a field `state` that is not a string. kro writes a string into `state`, so the API server would
 * reject every status.
 */
function checkState(schema: Schema, report: Report): void {
  const state = schema.properties?.state;
  if (!state || state.type === undefined || state.type === "string") return;
  const message = `"state" is a string that kro writes, but the expression yields ${state.type}`;
  report({ code: "STATUS", path: `${ROOT}.state`, message, hint: "choose another name" });
}

function fault(draft: Draft, message: string, report: Report): void {
  report({ code: "STATUS", path: draft.place.path, expression: draft.source, message });
}
