/** Generates random SimpleSchema. Most types and markers are valid, and a few are invalid. */
import fc from "fast-check";
import type { Json, JsonObject } from "../../src/api/mod.ts";
import { HOSTILE_NAMES } from "./hostile_names.ts";
import type { Request } from "./protocol.ts";

const one = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const BLANKS = one("", "", "", " ", "  ", "\t");
const NAMES = ["T", "U", "V"];
/**
 * Names of types that have a meaning in JavaScript, such as `constructor`. A random request defines up to two
 * of these types, and its fields may refer to any of them.
 */
const TYPES = HOSTILE_NAMES;

const atom = fc.oneof(
  { weight: 12, arbitrary: one("string", "integer", "float", "boolean", "object") },
  { weight: 6, arbitrary: one(...NAMES) },
  { weight: 2, arbitrary: one(...TYPES) },
  { weight: 1, arbitrary: one("int", "String", "", "W", "[]", "map[string]", "map[int]string") },
);
const type: fc.Arbitrary<string> = fc.tuple(
  fc.array(one("[]", "map[string]", "[] ", "map[string] "), { maxLength: 3 }),
  atom,
  BLANKS,
).map(([wrappers, name, blank]) => `${blank}${wrappers.join("")}${name}${blank}`);

/**
 * Unquoted values of markers. Each value is a valid default for only a few types, so many of the generated
 * defaults are invalid.
 */
const word = one(
  ...'a b é x-y a=b 5 -5 1.5 true false null [] {} 1e3 T a,b 0 +1 07 [1] {"a":1}'.split(" "),
);
const quoted = one('""', '"a b"', '"a \\"b\\" c"', '"\\\\d"', '"a=b | c"', '"[{"', '"é\\n"');
const value = fc.oneof({ weight: 4, arbitrary: word }, { weight: 2, arbitrary: quoted });
const bool = one("true", "false", "1", "0", "T", "f", "yes", "");
const integer = one("0", "1", "5", "-1", "+3", "007", "1.5", "a", "");

const marker: fc.Arbitrary<string> = fc.oneof(
  bool.map((v) => `required=${v}`),
  value.map((v) => `description=${v}`),
  one("a,b", "1,2", '"a, b"', "a,,b", "1,a", "").map((v) => `enum=${v}`),
  fc.tuple(one("minimum", "maximum"), one("0", "1", "-1.5", "1e3", "0x1p4", "a", ".5")).map((p) =>
    p.join("=")
  ),
  fc.tuple(one("minLength", "maxLength", "minItems", "maxItems"), integer).map((p) => p.join("=")),
  one("^a$", "[a-z]+", "(", '"^\\d+$"', "a|b", "(?=a)", "\\pL", "").map((v) => `pattern=${v}`),
  fc.tuple(one("uniqueItems", "immutable"), bool).map((p) => p.join("=")),
  one("atomic", "set", "map", "foo").map((v) => `listType=${v}`),
  one("a", "b", "x").map((v) => `listMapKey=${v}`),
  one('"self != oldSelf"', "self>0", '""', '"a b"').map((v) => `validation=${v}`),
  one(...HOSTILE_NAMES).map((name) => `${name}=1`),
  one("foo=1", "required", "=1", "requ ired=true", "| a=b", '"', "{", "]", "Required=true"),
);

/**
 * Valid and invalid default values for each type. Leaves out values of another JSON type, for which kro
 * deliberately differs from upstream, as deviations.md says.
 */
const DEFAULTS: Record<string, string[]> = {
  string: ["a", '"a b"', '"a\\"b"', "5", "true", "", '"\\\\n"', "é", "{}", "[1]", "a,b"],
  integer: ["0", "5", "-5", "+5", "007", "a", "", "1.5", '"5"'],
  float: ["0", "1.5", "-1e3", "NaN", ".5", "0x1p-2", "a", "5."],
  boolean: ["true", "false", "TRUE", "T", "yes", ""],
  object: ["{}", '{"a": 1}', '{"a": [true, null]}', "{a}", "null", ""],
  "[]": ["[]", '["a"]', "[1, 2]", "[a]", "null", ""],
};

function defaultFor(text: string): fc.Arbitrary<string> {
  const bare = text.trim();
  const kind = bare.startsWith("[]") ? "[]" : bare.startsWith("map") ? "object" : bare;
  const values = Object.hasOwn(DEFAULTS, kind) ? DEFAULTS[kind] : undefined;
  return values === undefined ? fc.constant("") : one(...values).map((v) => `default=${v}`);
}

const field: fc.Arbitrary<string> = type.chain((text) => {
  const markers = fc.tuple(
    fc.array(marker, { maxLength: 3 }),
    fc.option(defaultFor(text), { freq: 2, nil: "" }),
  ).map(([list, value]) => value === "" ? list : [...list.slice(0, 2), value, ...list.slice(2)]);
  return fc.tuple(markers, one(" ", " ", " ", "  ", "\t"), one("", "", "", " ")).map(
    ([list, gap, end]) => list.length === 0 ? text : `${text}|${gap}${list.join(gap)}${end}`,
  );
});
const sound: fc.Arbitrary<string> = fc.tuple(
  one("string", "integer", "boolean", "[]string", "[]integer", "map[string]float", "object", "T"),
  one("", "", " | required=true", " | description=x", " | immutable=true"),
).map((parts) => parts.join(""));
const key = fc.oneof(
  { weight: 7, arbitrary: one("a", "b", "c", "a.b", "x-y", "", "é") },
  { weight: 3, arbitrary: one(...HOSTILE_NAMES) },
);

/**
 * Generates a field, or an object of fields. Some fields come from `field`, which may be invalid; all other
 * fields are valid.
 */
const nodeOf = (field: fc.Arbitrary<string>): fc.Arbitrary<Json> =>
  fc.letrec<{ node: Json }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { weight: 6, arbitrary: sound as fc.Arbitrary<Json> },
      { weight: 3, arbitrary: field as fc.Arbitrary<Json> },
      {
        weight: 3,
        arbitrary: fc.array(fc.tuple(key, tie("node")), { maxLength: 4 }).map((entries) =>
          Object.fromEntries(entries) as Json
        ),
      },
    ),
  })).node;

/**
 * Generates named types with valid defaults. Leaves out invalid defaults: kro deliberately differs from
 * upstream for an invalid default in an unused type, as deviations.md says.
 */
const named = nodeOf(
  one("string | default=x", "integer | default=5 minimum=1", "[]float", "string", "boolean", "[]W"),
);

function fields(names: fc.Arbitrary<string>): fc.Arbitrary<JsonObject> {
  return fc.array(fc.tuple(names, nodeOf(field)), { minLength: 1, maxLength: 3 }).map((entries) =>
    Object.fromEntries(entries)
  );
}

/**
 * Generates a spec with up to three named types. Its fields may refer to a named type that does not
 * exist.
 */
export const schemaRequest: fc.Arbitrary<Request> = fc.record({
  spec: fields(key),
  types: fc.tuple(
    fc.record({ T: named, U: named, V: named }, { requiredKeys: ["T"] }),
    fc.array(fc.tuple(one(...TYPES), named), { maxLength: 2 }),
  ).map(([types, more]) => Object.fromEntries([...Object.entries(types), ...more]) as JsonObject),
}).map(({ spec, types }) => ({ op: "schema" as const, spec, types }));
