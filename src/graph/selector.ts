/**
 * Checks the selector of an external reference. The selector is a LabelSelector, or an expression that
 * returns a LabelSelector.
 */
import { isObject, type Json, type JsonObject } from "../api/mod.ts";
import type { Schema } from "../openapi/mod.ts";
import { kindOfJson } from "./json.ts";
import { labelKeyFault, labelValueFault } from "./label_syntax.ts";
import type { Report } from "./report.ts";
import { type FieldDraft, walkTyped, walkUntyped } from "./template.ts";

const ROOT = "externalRef";
const PATH = ["metadata", "selector"];
const STRING: Schema = { type: "string" };
const STRINGS: Schema = { type: "object", additionalProperties: STRING };
const ANY: Schema = { "x-kubernetes-preserve-unknown-fields": true };
const LABEL_SELECTOR: Schema = {
  type: "object",
  properties: {
    matchLabels: STRINGS,
    matchExpressions: {
      type: "array",
      items: {
        type: "object",
        properties: { key: STRING, operator: STRING, values: { type: "array", items: STRING } },
      },
    },
  },
};

/**
 * Finds the expressions of a selector. A selector without expressions is validated completely.
 * The generator yields after each expression.
 */
export function* walkSelector(
  selector: Json,
  report: Report,
): Generator<undefined, FieldDraft[]> {
  const path = `${ROOT}.${PATH.join(".")}`;
  if (typeof selector === "string") {
    const [field] = yield* walkUntyped(selector, undefined, ROOT, PATH, report);
    const misplaced = !field?.draft.standalone;
    if (misplaced) report({ code: "SHAPE", path, message: SHAPE_TEXT, expression: selector });
    return field ? [{ ...field, misplaced, target: target(field) }] : [];
  }
  if (!isObject(selector)) {
    report({ code: "SHAPE", path, message: `${SHAPE_TEXT}, not ${kindOfJson(selector)}` });
    return [];
  }
  let sound = true;
  const fields = yield* walkTyped(selector, LABEL_SELECTOR, ROOT, PATH, (problem) => {
    sound = false;
    report(problem);
  });
  if (sound && fields.length === 0) validate(selector, path, report);
  return fields.map((field) => ({ ...field, target: target(field) }));
}

const SHAPE_TEXT = "must be a LabelSelector, or one standalone expression that yields one";

/**
 * Returns the schema that the result of an expression must fit. If an expression returns a whole map or
 * list, the schema checks only the types of its entries, so some invalid selectors are not detected here.
 */
function target({ path }: FieldDraft): Schema | undefined {
  const [list, ...rest] = path.slice(PATH.length);
  if (list === undefined) return { type: "object", additionalProperties: ANY };
  if (list === "matchLabels") return rest.length === 0 ? STRINGS : STRING;
  if (rest.length === 0) return { type: "array", items: { "x-kubernetes-int-or-string": true } };
  return undefined;
}

/** Validates a selector without expressions, as `LabelSelectorAsSelector` in apimachinery does. */
function validate(selector: JsonObject, path: string, report: Report): void {
  const fault = (at: string, message: string) =>
    report({ code: "LITERAL", path: `${path}.${at}`, message });
  const labels = isObject(selector.matchLabels) ? selector.matchLabels : {};
  for (const [key, value] of Object.entries(labels)) {
    checkKey(`matchLabels`, key, fault);
    checkValue(`matchLabels["${key}"]`, value, fault);
  }
  const expressions = Array.isArray(selector.matchExpressions) ? selector.matchExpressions : [];
  for (const [i, requirement] of expressions.filter(isObject).entries()) {
    const at = `matchExpressions[${i}]`;
    checkKey(`${at}.key`, requirement.key ?? "", fault);
    const values = Array.isArray(requirement.values) ? requirement.values : [];
    for (const [j, value] of values.entries()) checkValue(`${at}.values[${j}]`, value, fault);
    switch (requirement.operator) {
      case "In":
      case "NotIn":
        if (values.length === 0) {
          fault(`${at}.values`, `operator ${requirement.operator} needs values`);
        }
        break;
      case "Exists":
      case "DoesNotExist":
        if (values.length > 0) {
          fault(`${at}.values`, `operator ${requirement.operator} takes no values`);
        }
        break;
      default:
        fault(`${at}.operator`, "must be one of In, NotIn, Exists, DoesNotExist");
    }
  }
}

type Fault = (at: string, message: string) => void;

function checkKey(at: string, key: Json, fault: Fault): void {
  const message = labelKeyFault(String(key));
  if (message) fault(at, message);
}

function checkValue(at: string, value: Json | undefined, fault: Fault): void {
  const message = labelValueFault(String(value ?? ""));
  if (message) fault(at, message);
}
