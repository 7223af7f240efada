/** Reads the query of a request, and refuses parameters that the path does not have. */
import { didYouMean } from "../api/mod.ts";
import type { Schema } from "./schema.ts";

/** The error for a request with an invalid query. The error's message is part of the response. */
export class BadQuery extends Error {
  /** Always `BadQuery`. */
  override readonly name = "BadQuery";
}

/** A parameter of a query, as the OpenAPI document describes the parameter. */
export interface Parameter {
  /** The explanation for people. */
  readonly description: string;
  /** The schema of the value. If the type is `array`, the query contains the elements separated by commas. */
  readonly schema: Schema;
  /** Whether the path refuses a query without the parameter. */
  readonly required?: true;
}

/** The values of a query. The keys are the names of the parameters. */
export type Query = Readonly<Record<string, string | undefined>>;

/**
 * Returns the values of the query.
 *
 * @param url The URL of the request.
 * @param parameters The parameters that the path has, by name.
 * @throws {BadQuery} A parameter is unknown or occurs twice, or its value is not permitted.
 */
export function readQuery(url: string, parameters: Readonly<Record<string, Parameter>>): Query {
  const query: Record<string, string> = {};
  for (const [name, value] of new URL(url).searchParams) {
    if (!Object.hasOwn(parameters, name)) throw new BadQuery(unknownParameter(name, parameters));
    if (Object.hasOwn(query, name)) throw new BadQuery(`the parameter ${name} is given twice`);
    const { schema } = parameters[name]!;
    const values = schema.items ? value.split(",") : [value];
    for (const each of values) checkValue(name, each, schema.items ?? schema);
    query[name] = value;
  }
  return query;
}

function unknownParameter(name: string, parameters: Readonly<Record<string, Parameter>>): string {
  const known = Object.keys(parameters);
  const hint = didYouMean(name, known);
  if (hint) return `unknown parameter ${JSON.stringify(name)}; ${hint}`;
  if (known.length === 0) {
    return `unknown parameter ${JSON.stringify(name)}; this path has no parameters`;
  }
  return `unknown parameter ${JSON.stringify(name)}; this path has ${known.join(", ")}`;
}

function checkValue(name: string, value: string, { enum: permitted, pattern }: Schema): void {
  if (permitted && !permitted.includes(value)) {
    const hint = didYouMean(value, permitted) ?? `the values are ${permitted.join(", ")}`;
    throw new BadQuery(`${name} must not be ${JSON.stringify(value)}; ${hint}`);
  }
  // Only the parameter `namespace` has a pattern, so the message can name the expected value.
  if (pattern && !new RegExp(pattern).test(value)) {
    throw new BadQuery(`${name} must be the name of a namespace, not ${JSON.stringify(value)}`);
  }
}
