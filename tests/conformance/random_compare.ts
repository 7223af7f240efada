/**
 * Generates random changes of a SimpleSchema: fields are added and removed, and their types or
 * markers change.
 */
import fc from "fast-check";
import type { Json, JsonObject } from "../../src/api/mod.ts";
import type { Request } from "./protocol.ts";

const some = (...texts: string[]) => fc.option(fc.constantFrom(...texts), { nil: "" });
const COMMON = [
  some("required=true", "required=false"),
  some("description=a", 'description="b c"'),
];

/**
 * Generators of fields, each as a SimpleSchema string. Each generator varies the markers of a field and keeps
 * its type. Leaves out the markers whose changes upstream ignores, because deviations.md lists this
 * difference.
 */
const FAMILIES: readonly fc.Arbitrary<string>[] = [
  field("string", some("default=a", "default=b"), some("pattern=a", "pattern=b"), ...lengths()),
  field("string", fc.constantFrom("enum=a,b", "enum=a", "enum=a,b,c"), some("default=a")),
  field(
    "integer",
    some("default=1"),
    some("minimum=0", "minimum=1"),
    some("maximum=9", "maximum=8"),
  ),
  field("integer", fc.constantFrom("enum=1,2", "enum=1", "enum=2,1")),
  field("float", some("default=1.5"), some("minimum=0.5", "minimum=0"), some("maximum=9.5")),
  field("boolean", some("default=true", "default=false")),
  field(
    "[]string",
    some("minItems=1", "minItems=2"),
    some("maxItems=5", "maxItems=6"),
    some("default=[]"),
  ),
  field("[]T", some("minItems=1")),
  field("map[string]integer"),
  field("T"),
];
/**
 * Types for a field whose type changes. Upstream and kro report every change from one of the types
 * to another.
 */
const CHANGING = fc.constantFrom(
  "string",
  "integer",
  "float",
  "boolean",
  "[]string",
  "[]integer",
  "[]T",
);

function lengths() {
  return [some("minLength=0", "minLength=1"), some("maxLength=5", "maxLength=4")];
}

function field(type: string, ...markers: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...COMMON, ...markers).map((texts) => {
    const given = texts.filter((text) => text !== "").join(" ");
    return given === "" ? type : `${type} | ${given}`;
  });
}

/** A field before and after the change. Undefined if the field does not exist at that time. */
type Pair = [Json | undefined, Json | undefined];

const family = fc.constantFrom(...FAMILIES);
const only = (index: 0 | 1): fc.Arbitrary<Pair> =>
  family.chain((texts) => texts.map((text): Pair => index ? [undefined, text] : [text, undefined]));

const change = fc.letrec<{ pair: Pair }>((tie) => ({
  pair: fc.oneof(
    { depthSize: "small" },
    { weight: 6, arbitrary: family.chain((texts): fc.Arbitrary<Pair> => fc.tuple(texts, texts)) },
    { weight: 1, arbitrary: fc.tuple(CHANGING, CHANGING) as fc.Arbitrary<Pair> },
    { weight: 1, arbitrary: only(0) },
    { weight: 1, arbitrary: only(1) },
    {
      weight: 2,
      arbitrary: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("pair"), { minKeys: 1 })
        .map((pairs): Pair => [side(pairs, 0), side(pairs, 1)]),
    },
  ),
})).pair;

function side(pairs: Record<string, Pair>, index: 0 | 1): JsonObject {
  return Object.fromEntries(
    Object.entries(pairs).flatMap(([name, pair]) => {
      const value = pair[index];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Generates a change of one to three fields of the spec. The named types in `types` do not change. */
export const compareRequest: fc.Arbitrary<Request> = fc
  .dictionary(fc.constantFrom("f", "g", "h"), change, { minKeys: 1, maxKeys: 3 })
  .map((pairs) => ({
    op: "compare" as const,
    old: side(pairs, 0),
    new: side(pairs, 1),
    types: { T: { x: "string", y: "integer | default=1" } },
  }));
