/** Evaluates the rules of `x-kubernetes-validations` against values, as the API server does. */
import { isObject, type Json, ownValue, pathText } from "../api/mod.ts";
import { compile, type Program, toCel, typeOf } from "../cel/mod.ts";
import type { Schema } from "../openapi/mod.ts";

interface Rule {
  readonly program: Program;
  readonly message: string;
}

/**
 * Evaluates the rules of one schema. Rules that compare a value with its old value (`oldSelf`) are left out, and
 * so are rules that kro cannot compile.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SchemaRules } from "./mod.ts";
 *
 * const rule = { rule: "self % 2 == 1", message: "size must be odd" };
 * const size = { type: "integer", "x-kubernetes-validations": [rule] };
 * const rules = new SchemaRules({ type: "object", properties: { size } });
 * assert.deepEqual(rules.violations({ size: 2 }), ["size: size must be odd"]);
 * ```
 */
export class SchemaRules {
  readonly #schema: Schema;
  /** The compiled rules of each part of the schema that has been visited. */
  readonly #rules = new Map<Schema, Rule[]>();

  /** Stores the schema. Each rule is compiled when it is first needed. */
  constructor(schema: Schema) {
    this.#schema = schema;
  }

  /**
   * Returns one message for each rule that the value violates, with the path of the field. A rule whose
   * evaluation fails counts as violated, except if it exceeds kro's cost limit.
   *
   * @param path The path of the value, with which each message starts.
   */
  violations(value: Json, path: readonly (string | number)[] = []): string[] {
    const found: string[] = [];
    this.#check(this.#schema, value, path, found);
    return found;
  }

  #check(
    schema: Schema,
    value: Json,
    path: readonly (string | number)[],
    found: string[],
  ): void {
    if (value === null) return;
    for (const { program, message } of this.#of(schema)) {
      const result = program.evaluate({ self: toCel(value, typeOf(schema, "self")) });
      const isUnknown = !result.ok && result.failure.code === "cost";
      if (isUnknown || (result.ok && result.value === true)) continue;
      found.push(`${pathText(path) || "the object"}: ${message}`);
    }
    if (Array.isArray(value)) {
      const { items } = schema;
      if (items) value.forEach((item, i) => this.#check(items, item, [...path, i], found));
      return;
    }
    if (!isObject(value)) return;
    const { properties = {}, additionalProperties } = schema;
    for (const [key, field] of Object.entries(value)) {
      const below = (ownValue(properties, key) as Schema | undefined) ??
        (typeof additionalProperties === "object" ? additionalProperties : undefined);
      if (below && field !== undefined) this.#check(below, field, [...path, key], found);
    }
  }

  #of(schema: Schema): Rule[] {
    const known = this.#rules.get(schema);
    if (known) return known;
    const variables = { self: typeOf(schema, "self") };
    const rules = (schema["x-kubernetes-validations"] ?? []).flatMap(({ rule, message }) => {
      // The scope lacks the variable `oldSelf`. A rule that reads `oldSelf` therefore does not compile, and
      // is left out.
      const compiled = compile(rule, { variables });
      return compiled.ok
        ? [{ program: compiled.program, message: message || `failed rule: ${rule}` }]
        : [];
    });
    this.#rules.set(schema, rules);
    return rules;
  }
}
