/**
 * Generates random CEL expressions from a grammar. Most expressions have correct types; some have a
 * wrong type in one place.
 */
import fc from "fast-check";
import type { JsonObject } from "../../../src/api/mod.ts";
import type { Request } from "../protocol.ts";
import { SCHEMAS, VARIABLES } from "./data.ts";
import { LEAVES } from "./leaves.ts";
import { type Production, productions } from "./productions.ts";
import { type Part, smaller, type Term, textOf } from "./term.ts";

/**
 * The names of macro variables, such as `x` in `l.all(x, x > 0)`. Some of them equal the name of a declared
 * variable, which the macro variable then shadows.
 */
const NAMES = ["x", "y", "k", "v", "x", "y", "i", "d", "s", "type", "constructor", "toString"];

/**
 * The name of a variable that every request declares. Upstream would evaluate a request without variables in
 * another CEL environment.
 */
const TYPED = "i";

/** A random expression, and the values of its variables. */
export interface CelQuestion {
  readonly term: Term;
  readonly vars: JsonObject;
}

/**
 * Returns the request for a random expression. The request declares only the variables that the
 * expression uses.
 */
export function celRequest({ term, vars }: CelQuestion): Request {
  const expr = textOf(term);
  const used = new Set(expr.match(/\w+/g));
  const among = (object: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(object).filter(([id]) => id === TYPED || used.has(id)));
  return { op: "cel", expr, schemas: among(SCHEMAS), vars: among(vars) };
}

/** Yields smaller variants of the expression, each with the same values of the variables. */
export function* smallerQuestions({ term, vars }: CelQuestion): Generator<CelQuestion> {
  for (const tree of smaller(term)) yield { term: tree, vars };
}

/** Generates an expression of any type, and valid or invalid values of the variables. */
export const celQuestion: fc.Arbitrary<CelQuestion> = fc.record({
  term: terms(),
  vars: fc.oneof(
    ...VARIABLES.map((vars, index) => ({
      weight: index === 0 ? 6 : 1,
      arbitrary: fc.constant(vars),
    })),
  ),
});

function terms(): fc.Arbitrary<Term> {
  const lines = productions();
  const grammar = Map.groupBy(lines, ([first]) => first!.type);
  const types = [...new Set([...grammar.keys(), ...Object.keys(LEAVES)])];
  const depthIdentifier = fc.createDepthIdentifier();
  const arbitraries = fc.letrec<Record<string, Term> & { root: Term }>((tie) => {
    const any = fc.constantFrom(...grammar.keys()).chain((type) => tie(type));
    const hole = (type: string): fc.Arbitrary<Term> =>
      fc.oneof(
        { weight: 200, arbitrary: tie(type) },
        { weight: 1, arbitrary: any },
        { weight: 4, arbitrary: type === "bool" ? tie(type) : tie("dyn") },
        { weight: 6, arbitrary: tie(type).map((child) => wrapped(type, child)) },
      );
    const made = (production: Production): fc.Arbitrary<Term> =>
      fc.tuple(...production.pieces.map((piece): fc.Arbitrary<Part> => {
        if (typeof piece === "string") return fc.constant(piece);
        const { mark, type } = piece;
        if (mark === "#") return fc.constantFrom(...NAMES).map((name) => ({ name, of: type }));
        return hole(type).map((child) => ({ child, inside: mark === "@" }));
      })).map((parts) => term(production.type, parts));
    return {
      ...Object.fromEntries(types.map((type) => {
        const groups = grammar.get(type) ?? [];
        const lines = groups.map((group) => fc.oneof(...group.map(made)));
        return [
          type,
          fc.oneof(
            { depthIdentifier, depthSize: "small", maxDepth: 6 },
            { weight: 1 + Math.ceil(lines.length / 4), arbitrary: leaf(type) },
            ...lines.map((arbitrary) => ({ weight: 1, arbitrary })),
          ),
        ];
      })),
      // Generates an expression from one of the grammar's lines. All lines have the same probability.
      root: fc.oneof(...lines.map((group) => fc.oneof(...group.map(made)))),
    };
  });
  return arbitraries.root;
}

function leaf(type: string): fc.Arbitrary<Term> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...leaves(type)).map((text) => term(type, [text])) },
    { weight: 2, arbitrary: fc.constant(term(type, undefined)) },
  );
}

/**
 * Returns expressions of this type that have no operands, such as `1`. For a list, map or optional type with
 * at most three such expressions in {@link LEAVES}, also returns literals with one element, such as `[1]`.
 */
function leaves(type: string): string[] {
  const inner = /^(list|map|optional)\((?:\w+, )?(.+)\)$/.exec(type);
  const own = LEAVES[type] ?? [];
  if (!inner || own.length > 3) return [...own];
  const [, kind, element = ""] = inner;
  const key = type.startsWith("map(int") ? "1" : type.startsWith("map(bool") ? "true" : "'a'";
  const made = leaves(element).slice(0, 20).map((text) =>
    kind === "list" ? `[${text}]` : kind === "map" ? `{${key}: ${text}}` : `optional.of(${text})`
  );
  return [...own, simplest(type), ...made];
}

function term(type: string, parts: readonly Part[] | undefined): Term {
  return { type, parts, simplest: simplest(type) };
}

function simplest(type: string): string {
  if (type.startsWith("optional(")) return "optional.none()";
  return LEAVES[type]?.[0] ?? (type.startsWith("list(") ? "[]" : "{}");
}

/** Returns the expression converted to `dyn`, so that the type checker does not know its type. */
function wrapped(type: string, child: Term): Term {
  return term(type, ["dyn(", { child, inside: true }, ")"]);
}
