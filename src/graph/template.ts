/**
 * Walks a Kubernetes object along its schema. Finds the expressions in the object, and reports literal
 * values that do not fit the schema.
 */
import { didYouMean, isObject, type Json, type JsonObject, pathText } from "../api/mod.ts";
import { acceptedKinds, child, item, type Schema } from "../openapi/mod.ts";
import {
  type Draft,
  isExpressionKey,
  NODE_CODES,
  readExpression,
  unclosedHint,
} from "./expression.ts";
import { kindOfJson } from "./json.ts";
import type { Report } from "./report.ts";
import type { FieldPath } from "./types.ts";

/** An expression in an object, with the path and the schema of its field. */
export interface FieldDraft {
  /** The path of the field from the root of the object. */
  readonly path: FieldPath;
  /** The parsed string in the field. */
  readonly draft: Draft;
  /** The schema of the field; undefined when the field accepts any value. */
  readonly target: Schema | undefined;
  /**
   * True when the field does not accept a string. That problem has been reported already, so the type of the
   * expression is not checked.
   */
  readonly misplaced?: boolean;
}

/**
 * The state of the walk through an object: the prefix of paths in messages, and the results found so far.
 */
interface Walk {
  readonly root: string;
  readonly fields: FieldDraft[];
  readonly report: Report;
}

/** The steps of a walk: it yields after each parsed expression. */
type Steps = Generator<undefined, void>;

/**
 * Finds the expressions in a value and checks the literal values against the schema. Below a field with
 * `x-kubernetes-preserve-unknown-fields`, literal values are not checked.
 * The generator yields after each expression, so that the caller can do other work in between.
 *
 * @param root The prefix of paths in messages.
 * @param path The path of the value, relative to `root`.
 */
export function* walkTyped(
  value: Json,
  schema: Schema,
  root: string,
  path: FieldPath,
  report: Report,
): Generator<undefined, FieldDraft[]> {
  const walk: Walk = { root, fields: [], report };
  yield* typed(value, schema, path, walk);
  return walk.fields;
}

/**
 * Finds the expressions in a value without checking literal values. Where the schema is known, the result of
 * an expression must fit the schema. Yields as {@link walkTyped} does.
 */
export function* walkUntyped(
  value: Json,
  schema: Schema | undefined,
  root: string,
  path: FieldPath,
  report: Report,
): Generator<undefined, FieldDraft[]> {
  const walk: Walk = { root, fields: [], report };
  yield* untyped(value, schema, path, walk);
  return walk.fields;
}

function* typed(value: Json, schema: Schema, path: FieldPath, walk: Walk): Steps {
  if (schema["x-kubernetes-preserve-unknown-fields"]) {
    return yield* untyped(value, schema, path, walk);
  }
  const kinds = acceptedKinds(schema);
  if (!kinds) return fault(path, "the schema declares no type for this field", walk);
  const accepts = (kind: string) => kinds.includes(kind) || kinds.includes("any");
  const expected = `must be ${kinds.join(" or ")}, not ${kindOfJson(value)}`;
  if (value === null) return;
  if (typeof value === "string") {
    const { draft, isBroken } = yield* read(value, path, walk);
    if (draft && path.at(-1) === "") return unnamed(draft, walk);
    const misplaced = !draft?.standalone && !accepts("string");
    if (draft) walk.fields.push({ path, draft, target: schema, misplaced });
    if (isBroken) return;
    if (!draft && schema.format === "byte" && accepts("string") && !isBase64(value)) {
      return fault(path, "is not base64", walk, unclosedHint(value));
    }
    if (!misplaced) return;
    const what = draft ? "a string template" : "a string";
    const hint = draft ? undefined : unclosedHint(value);
    return fault(path, `must be ${kinds.join(" or ")}, not ${what}`, walk, hint);
  }
  if (Array.isArray(value)) {
    const items = item(schema);
    if (!kinds.includes("array") || !items) return fault(path, expected, walk);
    for (const [i, element] of value.entries()) {
      yield* typed(element, items, path.concat(i), walk);
    }
  } else if (isObject(value)) {
    if (!accepts("object")) return fault(path, expected, walk);
    yield* typedObject(value, schema, path, walk);
  } else if (!acceptsScalar(value, kinds)) fault(path, expected, walk);
}

const BASE64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Returns whether a string is base64 as Go decodes it from JSON: with padding, and with or without line breaks. */
function isBase64(value: string): boolean {
  return BASE64.test(value.replace(/[\r\n]/g, ""));
}

function* typedObject(
  value: JsonObject,
  schema: Schema,
  path: FieldPath,
  walk: Walk,
): Steps {
  for (const [key, entry] of Object.entries(value)) {
    const below = child(schema, key);
    if (isUnusableKey(key, path, walk)) continue;
    if (below) yield* typed(entry ?? null, below, path.concat(key), walk);
    else {
      const hint = didYouMean(key, Object.keys(schema.properties ?? {}));
      fault(path.concat(key), `unknown field "${key}"`, walk, hint);
    }
  }
}

function acceptsScalar(value: boolean | number | bigint, kinds: readonly string[]): boolean {
  if (kinds.includes("any")) return true;
  if (typeof value === "boolean") return kinds.includes("boolean");
  const integer = typeof value === "bigint" ||
    (Number.isInteger(value) && Math.abs(value) < 2 ** 63);
  return kinds.includes("number") || (kinds.includes("integer") && integer);
}

function* untyped(
  value: Json,
  schema: Schema | undefined,
  path: FieldPath,
  walk: Walk,
): Steps {
  if (typeof value === "string") {
    const { draft } = yield* read(value, path, walk);
    if (draft) walk.fields.push({ path, draft, target: schema });
  } else if (Array.isArray(value)) {
    const items = schema && item(schema);
    for (const [i, element] of value.entries()) {
      yield* untyped(element, items, path.concat(i), walk);
    }
  } else if (isObject(value)) {
    for (const [key, entry] of Object.entries(value)) {
      if (isUnusableKey(key, path, walk)) continue;
      yield* untyped(entry ?? null, schema && child(schema, key), path.concat(key), walk);
    }
  }
}

/**
 * Parses a string of the object. Returns the parsed string as `draft`, which is undefined when the string has
 * no valid expression. `isBroken` is true when a problem of the string was reported.
 */
function* read(
  value: string,
  path: FieldPath,
  walk: Walk,
): Generator<undefined, { draft: Draft | undefined; isBroken: boolean }> {
  // Most strings contain no expression. For these strings, the path is not formatted.
  if (!value.includes("${")) return { draft: undefined, isBroken: false };
  const place = { path: below(walk.root, path), ...NODE_CODES };
  let isBroken = false;
  const draft = yield* readExpression(value, place, false, (problem) => {
    isBroken = true;
    walk.report(problem);
  });
  return { draft, isBroken };
}

/**
 * Reports a problem if the key of an object's entry contains an expression. Returns whether the problem was
 * reported.
 */
function isUnusableKey(key: string, path: FieldPath, walk: Walk): boolean {
  return key.includes("${") &&
    isExpressionKey(key, below(walk.root, path.concat(key)), NODE_CODES.form, walk.report);
}

/**
 * Reports an expression in a field with an empty name, because the path of such a field cannot be resolved.
 */
function unnamed({ place, source }: Draft, walk: Walk): void {
  const message = "an expression cannot be the value of an empty key";
  walk.report({ code: place.type, path: place.path, expression: source, message });
}

function fault(path: FieldPath, message: string, walk: Walk, hint?: string): void {
  walk.report({ code: "LITERAL", path: below(walk.root, path), message, hint });
}

/** Formats a path with the prefix `root`, such as `template.spec.replicas`. */
export function below(root: string, path: FieldPath): string {
  const text = pathText(path);
  return text === "" || text.startsWith("[") ? `${root}${text}` : `${root}.${text}`;
}
