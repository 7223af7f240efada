/** Transforms SimpleSchema to OpenAPI schemas: fields, nested objects and custom types. */
import {
  define,
  didYouMean,
  isObject,
  type JsonObject,
  type Problem,
  resultOf,
} from "../api/mod.ts";
import { type Schema, schemasWithin } from "../openapi/mod.ts";
import type { Fault, Report } from "./fault.ts";
import { lexMarkers } from "./lex.ts";
import { applyMarkers, checkKeys, type Field } from "./markers.ts";
import { Patterns } from "./patterns.ts";
import { expandedSize, MAX_EXPANDED } from "./size.ts";
import { BUILT_IN, foreignName, parseType, type TypeExpr } from "./type_text.ts";

/** The OpenAPI schema of the instances' spec, or all problems of the SimpleSchema. */
export type TransformResult = { ok: true; schema: Schema } | { ok: false; problems: Problem[] };

/**
 * Transforms `spec.schema.spec` of an RGD to the OpenAPI schema of the instances' spec. All uses of a custom
 * type share the same schema objects, so callers must not change the result.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { transform } from "./mod.ts";
 *
 * const result = transform({ port: "Port" }, { Port: { number: "int" } });
 * assert.ok(!result.ok);
 * assert.equal(result.problems[0]?.path, "schema.types.Port.number");
 * assert.equal(result.problems[0]?.hint, 'did you mean "integer"?');
 * ```
 *
 * @param spec The fields by name. The definition of a field is a string with its type and markers, or an
 * object of nested fields.
 * @param types The custom types by name, from `spec.schema.types` of the RGD.
 */
export function transform(spec: JsonObject, types: JsonObject = {}): TransformResult {
  return resultOf(transformSteps(spec, types));
}

/** Transforms a SimpleSchema as {@link transform} does. The generator yields after every hundredth field. */
export function* transformSteps(
  spec: JsonObject,
  types: JsonObject = {},
): Generator<undefined, TransformResult> {
  const run = new Transformer(types);
  yield* run.declareAll();
  const schema = yield* run.struct(spec, { path: "schema.spec", depth: 0, within: [] });
  if (schema) run.checkDefaults(schema);
  yield;
  if (schema && run.problems.length === 0 && expandedSize(schema) > MAX_EXPANDED) {
    const message = `custom types expand to more than ${MAX_EXPANDED} fields, or nest too deeply`;
    run.problems.push({ code: "SCHEMA", path: "schema.spec", message });
  }
  return schema && run.problems.length === 0
    ? { ok: true, schema }
    : { ok: false, problems: run.problems };
}

/**
 * The transformed schema of a field, and the number of its `required` markers. As in upstream kro, the list
 * `required` in the schema of the parent contains the field's name once for each of these markers.
 */
interface Built {
  schema: Schema;
  required: number;
}

/**
 * The position of a field in the SimpleSchema: its path, its depth of nesting, and the custom types that
 * contain it.
 */
interface Place {
  path: string;
  depth: number;
  /**
   * The names of the custom types that are being transformed, outermost first; empty for a field of the
   * spec.
   */
  within: readonly string[];
}

/**
 * The maximum depth of nested fields. The API server accepts only schemas of a smaller depth. A recursion to
 * the maximum depth does not overflow the stack.
 */
const MAX_DEPTH = 500;

/**
 * The maximum length of a field's definition in UTF-16 units. Upstream kro has no limit. The definition is
 * parsed in one step, and a longer one would block the event loop.
 */
const MAX_DEFINITION = 100_000;

/** A computation that yields after every {@link FIELDS_IN_STEP} fields of the SimpleSchema. */
type Steps<T> = Generator<undefined, T>;

/** The number of fields that are transformed in one step. */
const FIELDS_IN_STEP = 100;

/** The transformation of one SimpleSchema. A method that reports a problem returns undefined. */
class Transformer {
  readonly problems: Problem[] = [];
  readonly #types: ReadonlyMap<string, unknown>;
  readonly #declared = new Map<string, Built | undefined>();
  readonly #unsound = new Map<Schema, Problem>();
  readonly #patterns = new Patterns();
  #fields = 0;

  constructor(types: JsonObject) {
    this.#types = new Map(Object.entries(types));
  }

  /** Transforms all custom types, so that problems in unused custom types are reported too. */
  *declareAll(): Steps<void> {
    for (const name of this.#types.keys()) yield* this.#declare(name, [], 0);
  }

  /**
   * Transforms the fields of an object to the schema of the object. Returns undefined when a field has a
   * problem.
   */
  *struct(fields: JsonObject, place: Place): Steps<Schema | undefined> {
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    let [broken, isEmpty, hasDefault] = [false, true, false];
    for (const name in fields) {
      if (++this.#fields % FIELDS_IN_STEP === 0) yield;
      const inner = { ...place, path: joinPath(place.path, name), depth: place.depth + 1 };
      const field = name.includes("${")
        ? this.#fail(inner.path, undefined, KEY)
        : yield* this.#field(fields[name], inner);
      if (!field) {
        broken = true;
        continue;
      }
      define(properties, name, field.schema);
      isEmpty = false;
      hasDefault ||= field.schema.default !== undefined;
      for (let i = 0; i < field.required; i++) required.push(name);
    }
    if (broken) return undefined;
    const schema: Schema = { type: "object" };
    if (!isEmpty) schema.properties = properties;
    if (required.length > 0) schema.required = required.sort();
    // The default `{}` makes the API server fill in the defaults of the fields. As in upstream kro, it is
    // set only for an object without required fields, because `{}` is invalid otherwise.
    else if (hasDefault) schema.default = {};
    return schema;
  }

  *#field(value: unknown, place: Place): Steps<Built | undefined> {
    if (typeof value === "string") return yield* this.#text(value, place);
    if (!isObject(value)) {
      return this.#fail(place.path, undefined, {
        message: `unexpected type: ${kindOf(value)}`,
        hint: `write a type such as "string", or an object of fields`,
      });
    }
    if (place.depth > MAX_DEPTH) return this.#fail(place.path, undefined, TOO_DEEP);
    const schema = yield* this.struct(value, place);
    return schema && { schema, required: 0 };
  }

  /**
   * Transforms a field definition of the form `TYPE | MARKERS`. Faults in the type and faults in the
   * markers are reported together.
   */
  *#text(text: string, place: Place): Steps<Built | undefined> {
    if (text.length > MAX_DEFINITION) return this.#fail(place.path, undefined, TOO_LONG);
    const before = this.problems.length;
    const bar = text.indexOf("|");
    const report = (fault: Fault) => this.#fail(place.path, text, fault);
    const base = yield* this.#type(bar < 0 ? text : text.slice(0, bar), place, report);

    const inMarkers: Report = (fault) =>
      report(fault.offset === undefined ? fault : { ...fault, offset: fault.offset + bar + 1 });
    const markers = bar < 0 ? [] : lexMarkers(text.slice(bar + 1), inMarkers);
    if (markers) checkKeys(markers, inMarkers);
    if (!base || !markers) return undefined;
    const field = applyMarkers(base.schema, markers, this.#patterns, inMarkers);
    if (this.problems.length > before) return undefined;
    this.#noteDefault(field, base.schema, place.path, text);
    return { schema: field.schema, required: base.required + field.required };
  }

  /**
   * Records the problem of an unsound default, which is a default that is not valid JSON. The default comes
   * from the field itself or from the field's custom type.
   */
  #noteDefault(field: Field, base: Schema, path: string, text: string): void {
    const given = field.default;
    const problem = given === undefined
      ? this.#unsound.get(base)
      : given.sound
      ? undefined
      : problemOf(path, text, { message: given.message, offset: text.lastIndexOf("default=") });
    if (problem) this.#unsound.set(field.schema, problem);
  }

  /**
   * Reports the unsound defaults (not valid JSON) of all fields in the schema of the spec. Unsound defaults
   * of unused custom types are ignored, as in upstream kro.
   */
  checkDefaults(root: Schema): void {
    if (this.#unsound.size === 0) return;
    const found = new Set<Problem>();
    for (const schema of schemasWithin(root)) {
      const problem = this.#unsound.get(schema);
      if (problem) found.add(problem);
    }
    for (const problem of found) this.problems.push(problem);
  }

  *#type(text: string, place: Place, report: Report): Steps<Built | undefined> {
    const type = parseType(text, report);
    if (!type) return undefined;
    if (type.kind === "custom") return yield* this.#custom(type.name, place, report);
    const schema = yield* this.#schemaOf(type, place, report);
    return schema && { schema, required: 0 };
  }

  *#schemaOf(type: TypeExpr, place: Place, report: Report): Steps<Schema | undefined> {
    switch (type.kind) {
      case "atomic":
        return { type: type.type };
      case "object":
        return { type: "object", "x-kubernetes-preserve-unknown-fields": true };
      case "list": {
        const items = yield* this.#schemaOf(type.of, place, report);
        return items && { type: "array", items };
      }
      case "map": {
        const additionalProperties = yield* this.#schemaOf(type.of, place, report);
        return additionalProperties && { type: "object", additionalProperties };
      }
      case "custom":
        // Only the schema of the custom type is used here. The type's marker `required` has no effect on a
        // list or map of the type.
        return (yield* this.#custom(type.name, place, report))?.schema;
    }
  }

  *#custom(
    name: string,
    { within, depth }: Place,
    report: Report,
  ): Steps<Built | undefined> {
    if (!this.#types.has(name)) {
      const likely = foreignName(name);
      report({
        message: within.length > 0
          ? `unknown type: node "${name}" does not exist in schema.types`
          : `unknown type: ${name}`,
        hint: likely === undefined
          ? didYouMean(name, [...BUILT_IN, ...this.#types.keys()])
          : `did you mean "${likely}"?`,
      });
      return undefined;
    }
    const start = within.indexOf(name);
    if (start >= 0) {
      const cycle = [...within.slice(start), name];
      report({
        message: cycle.length === 2
          ? `self reference: type "${name}" refers to itself`
          : `cyclic dependency in type ${name}: ${cycle.join(" -> ")}`,
        hint: `use "object" where the nesting has to end`,
      });
      return undefined;
    }
    if (depth > MAX_DEPTH) {
      report(TOO_DEEP);
      return undefined;
    }
    return yield* this.#declare(name, within, depth);
  }

  /** Transforms a custom type at its first use, and returns the stored result at later uses. */
  *#declare(
    name: string,
    within: readonly string[],
    depth: number,
  ): Steps<Built | undefined> {
    if (this.#declared.has(name)) return this.#declared.get(name);
    const path = joinPath("schema.types", name);
    const built = yield* this.#field(this.#types.get(name), {
      path,
      depth: depth + 1,
      within: [...within, name],
    });
    this.#declared.set(name, built);
    return built;
  }

  #fail(path: string, expression: string | undefined, fault: Fault): undefined {
    this.problems.push(problemOf(path, expression, fault));
  }
}

function problemOf(path: string, expression: string | undefined, fault: Fault): Problem {
  const { message, hint, offset } = fault;
  return {
    code: "SCHEMA",
    path,
    ...(expression !== undefined && { expression }),
    ...(offset !== undefined && { offset }),
    message,
    ...(hint !== undefined && { hint }),
  };
}

const KEY: Fault = {
  message: "keys are not evaluated",
  hint: "write the field's name without ${…}",
};

const TOO_DEEP: Fault = { message: `nested more than ${MAX_DEPTH} levels deep` };

const TOO_LONG: Fault = { message: `the definition is longer than ${MAX_DEFINITION} characters` };

function joinPath(path: string, name: string): string {
  return name === "" || name.includes(".") ? `${path}["${name}"]` : `${path}.${name}`;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}
