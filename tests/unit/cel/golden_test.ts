/** What upstream's released evaluator answered, expression by expression, must be our answer too. */
import assert from "node:assert/strict";
import type { Json } from "../../../src/api/mod.ts";
import {
  type CelType,
  compile,
  DYN,
  fromCel,
  objectType,
  rawToCel,
  toCel,
  typeText,
} from "../../../src/cel/mod.ts";
import type { Schema } from "../../../src/openapi/mod.ts";
import golden from "./golden.json" with { type: "json" };

interface Case {
  expr: string;
  type?: string;
  value?: unknown;
  fails?: string;
}

interface Suite {
  schemas?: unknown;
  variables: Readonly<Record<string, unknown>>;
  cases: readonly unknown[];
}

function answer(
  expr: string,
  types: Readonly<Record<string, CelType>>,
  variables: Readonly<Record<string, unknown>>,
): Omit<Case, "expr"> {
  const compiled = compile(expr, { variables: types, omit: true, runtime: true });
  if (!compiled.ok) return { fails: "check" };
  const type = typeText(compiled.program.type);
  const result = compiled.program.evaluate(variables);
  const outgoing = result.ok ? fromCel(result.value) : result;
  if (outgoing.ok) return { type, value: outgoing.value };
  return { type, fails: outgoing.failure.code === "pending" ? "pending" : "fatal" };
}

for (const [name, suite] of Object.entries<Suite>(golden)) {
  const schemas = (suite.schemas ?? {}) as Readonly<Record<string, Schema>>;
  const types: Record<string, CelType> = {};
  const variables: Record<string, unknown> = {};
  for (const [id, value] of Object.entries(suite.variables)) {
    const schema = schemas[id];
    const type = schema ? objectType(id, schema) : DYN;
    types[id] = type;
    variables[id] = schema ? toCel(value, type) : rawToCel(value as Json);
  }
  for (const { expr, ...expected } of suite.cases as Case[]) {
    Deno.test(`${name}: ${expr}`, () => assert.deepEqual(answer(expr, types, variables), expected));
  }
}
