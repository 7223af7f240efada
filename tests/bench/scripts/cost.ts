/**
 * The benchmark case `cost`: measures how long each CEL function can run before the default cost
 * budget stops it. The charges in `src/cel/evaluate/charges.ts` are derived from these times.
 *
 * - Each function runs in a loop, with arguments of 1, 100 and 10,000 characters or elements. Loops
 * in which every step fails are measured too.
 * - The times are CPU times of this process. To save time, an expression runs twice with a fifth of
 * the default budget; the shorter time, multiplied by five, counts. An expression that takes over
 * 40 ms then runs twice with the whole budget.
 * - The script prints a table to standard error. Its first line is for comparison: a loop that only
 * compares numbers.
 * - An argument of the script selects one function. The table then has a line for each call of this function.
 */
import process from "node:process";
import {
  compile,
  COST_LIMITS,
  DYN,
  type Program,
  rawToCel,
  typeText,
} from "../../../src/cel/mod.ts";
import type { FunctionDeclaration } from "../../../src/cel/library/declare.ts";
import { DECLARATIONS } from "../../../src/cel/library/registry.ts";

const SIZES = [1, 100, 10_000];
const SHARE = 5;
/** The CPU time above which an expression is measured again with the whole cost budget, in milliseconds. */
const SLOW = 40;
/**
 * Functions that the evaluator implements itself, which are not measured. A call of these functions
 * costs no more than the evaluation of its arguments.
 */
const SKIPPED = new Set(["_?_:_", "_&&_", "_||_", "newCondition", "condition"]);

const variables: Record<string, unknown> = {
  d: rawToCel(Array.from({ length: 300 }, (_, i) => i)),
  object: rawToCel({ a: 1 }),
  text: "ab-".repeat(33),
};

/**
 * Declares a variable for expressions, and returns its name. The value is converted from JSON, like
 * values from the API server.
 */
function variable(name: string, value: unknown): string {
  variables[name] ??= rawToCel(JSON.parse(JSON.stringify(value)));
  return name;
}

const cut = (text: string, size: number) =>
  text.repeat(Math.ceil(size / text.length)).slice(0, size);
const listOf = <T>(size: number, item: (index: number) => T) =>
  Array.from({ length: size }, (_, i) => item(i));

/**
 * The CEL functions that parse a string, such as `quantity`. Each entry returns valid first arguments of the
 * CEL function, with a length of about `size`.
 */
const UNDERSTOOD: Readonly<Record<string, (size: number) => string[]>> = {
  quantity: (n) => [`${"1".repeat(n)}Ki`],
  isQuantity: (n) => [`${"1".repeat(n)}Ki`],
  semver: (n) => [`1.2.3-${cut("a.", n)}b`],
  isSemver: (n) => [`1.2.3-${cut("a.", n)}b`],
  url: (n) => [`https://example.com/${cut("a/", n / 2)}?${cut("b=c&", n / 2)}`],
  isURL: (n) => [`https://example.com/${cut("a/", n)}`],
  ip: () => ["fe80::1:2:3"],
  isIP: () => ["fe80::1"],
  cidr: () => ["fe80::/64"],
  isCIDR: () => ["10.0.0.0/8"],
  "ip.isCanonical": () => ["fe80::1"],
  timestamp: () => ["2026-01-01T00:00:00.123456789Z"],
  duration: (n) => ["1h2m3.5s", "1s".repeat(n), `0.${"1".repeat(n)}s`],
  int: (n) => ["123456789", "1".repeat(n)],
  uint: (n) => ["123456", "1".repeat(n)],
  double: (n) => ["1.5e3", `0.${"1".repeat(n)}`],
  bool: () => ["true"],
  "json.unmarshal": (n) => [
    JSON.stringify(listOf(Math.ceil(n / 4), () => "a")),
    `${'{"a":'.repeat(Math.min(n, 100))}1${"}".repeat(Math.min(n, 100))}`,
  ],
  "base64.decode": (n) => [btoa("a".repeat(n))],
  format: (n) => ["%s".repeat(Math.min(n, 1000))],
};
const PATTERNS = ["(a|b)*c", "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"];

function texts(size: number, name: string, index: number): string[] {
  const [understood] = [UNDERSTOOD[name]];
  if (index === 0 && understood) {
    return understood(size).map((text, i) =>
      variable(`s${i}_${size}_${name.replace(".", "_")}`, text)
    );
  }
  if (index > 0 && /^(matches|find|findAll)$/.test(name)) {
    return PATTERNS.map((pattern, i) => variable(`pattern${i}`, pattern));
  }
  const long = variable(`text${size}`, cut("ab-", size));
  return index === 0 ? [long] : [variable("dash", "-"), variable("empty", ""), long];
}

/**
 * Returns arguments of this type for the CEL function `name`, as CEL expressions. `size` is the number of
 * characters or elements.
 */
function args(type: string, size: number, name: string, index: number): string[] {
  const ints = () => variable(`ints${size}`, listOf(size, (i) => i * 7919 % size));
  const words = () => variable(`words${size}`, listOf(size, (i) => `s${i * 7919 % size}`));
  const lists = () => variable(`lists${size}`, listOf(Math.min(size, 2000), (i) => [i]));
  const map = () =>
    variable(`map${size}`, Object.fromEntries(listOf(size, (i) => [`k${i}`, { a: i }])));
  const [outer, inner = ""] = /^(list|map|optional_type)\((.*)\)$/.exec(type)?.slice(1) ?? [type];
  if (outer === "map") return [map()];
  if (outer === "optional_type") {
    return [inner.startsWith("map") ? `optional.of(${map()})` : `optional.of(${ints()})`];
  }
  if (outer === "list") {
    if (name === "format") {
      return [variable(`values${size}`, listOf(Math.min(size, 1000), (i) => ["x", { a: i }]))];
    }
    if (inner === "string") return [words()];
    if (inner === "double") return [variable(`doubles${size}`, listOf(size, (i) => i + 0.5))];
    if (inner === "bool") return [variable(`bools${size}`, listOf(size, (i) => i % 2 === 0))];
    return inner.startsWith("list") ? [lists()] : [ints(), words(), lists()];
  }
  switch (type) {
    case "string":
      return texts(size, name, index);
    case "bytes":
      return [`bytes(${variable(`text${size}`, cut("ab-", size))})`];
    case "int":
      return ["1", variable("twenty", 20)];
    case "kubernetes.Quantity":
      return ["quantity('1Gi')", `quantity(${variable(`digits${size}`, "1".repeat(size))})`];
    case "A":
    case "B":
    case "dyn":
      return [variable(`text${size}`, cut("ab-", size)), "1", ints(), map()];
  }
  const constant = CONSTANTS[type];
  return constant === undefined ? [] : [constant];
}

const CONSTANTS: Readonly<Record<string, string>> = {
  uint: "1u",
  double: "1.5",
  bool: "true",
  null_type: "null",
  type: "int",
  "google.protobuf.Timestamp": "timestamp('2026-01-01T00:00:00Z')",
  "google.protobuf.Duration": "duration('1h')",
  "kubernetes.Semver": "semver('1.2.3-a.b')",
  "kubernetes.URL": "url('https://a.b/c?d=e')",
  "net.IP": "ip('10.0.0.1')",
  "net.CIDR": "cidr('10.0.0.0/8')",
};

function callOf({ name, member }: FunctionDeclaration, values: readonly string[]): string {
  const [first, ...rest] = values;
  if (name === "_[_]" || name === "_[?_]") {
    return `${first}[${name.includes("?") ? "?" : ""}${rest}]`;
  }
  if (name === "@in") return `${first} in ${rest}`;
  const operator = /^(.*)_$/.exec(name.replace(/^_/, ""))?.[1];
  if (operator !== undefined) {
    return values.length === 1 ? `${operator}(${first})` : `(${first}) ${operator} (${rest})`;
  }
  return member ? `(${first}).${name}(${rest.join(", ")})` : `${name}(${values.join(", ")})`;
}

/**
 * Returns how long a loop with this body runs until it has spent the default cost budget, in milliseconds.
 * Returns undefined if the evaluation ends for another reason, such as an error.
 */
function milliseconds(body: string): number | undefined {
  const types = Object.fromEntries(Object.keys(variables).map((name) => [name, DYN]));
  const result = compile(`d.all(i, d.all(j, d.all(k, ${body})))`, { variables: types, omit: true });
  if (!result.ok) return undefined;
  const screened = betterOfTwo(result.program, SHARE);
  return screened !== undefined && screened > SLOW ? betterOfTwo(result.program, 1) : screened;
}

/**
 * Runs the program twice with the default cost budget divided by `share`. Returns the shorter time,
 * multiplied by `share`.
 */
function betterOfTwo(program: Program, share: number): number | undefined {
  const times = [1, 2].map(() => {
    const before = process.cpuUsage();
    const evaluated = program.evaluate(variables, COST_LIMITS.expression / share);
    const { user, system } = process.cpuUsage(before);
    if (evaluated.ok || evaluated.failure.code !== "cost") return NaN;
    return (user + system) / 1000 * share;
  });
  const better = Math.min(...times);
  return Number.isNaN(better) ? undefined : better;
}

/** Returns all combinations of one element from each list. */
function combinations(choices: readonly string[][]): string[][] {
  return choices.reduce<string[][]>((all, some) => all.flatMap((a) => some.map((s) => [...a, s])), [
    [],
  ]);
}

const nested = (depth: number, inner: string) =>
  "(".repeat(depth) + inner + " + 1)".repeat(depth) + " == 1";

/**
 * Loop bodies that fail at every step. The macro `all` continues after an error, so such a loop
 * does not end early.
 */
const FAILING = [
  "object.missing == 1",
  "object['missing'] == 1",
  "d[400] == 1",
  "k / 0 == 1",
  "int('x' + string(k)) == 1",
  "quantity('x' + string(k)).isInteger()",
  "json.unmarshal('{' + text) == 1",
  "text.matches('(' + string(k))",
  "text.matches('a{1000}' + string(k)) || true",
  "text.matches('(a{30}){30}' + string(k)) || true",
  "text.matches(text + '[b-x]\\\\pL' + string(k)) || true",
  "optional.none().value() == 1",
  "object.missing || object.absent || object.gone",
  "d.exists_one(q, object.missing)",
  "d.map(q, object.missing, q).size() == 1",
  ...[20, 100, 200].map((depth) => nested(depth, "object.missing")),
];

function abridged(text: string): string {
  return text.length < 34 ? text : `${text.slice(0, 18)}.. (${text.length} characters)`;
}

const only = Deno.args[0];
const shown = (ms: number | undefined) => (ms === undefined ? "-" : ms.toFixed(0)).padStart(8);

function worst(name: string, size: number): number | undefined {
  const times = DECLARATIONS.filter((declaration) => declaration.name === name).flatMap(
    (declaration) =>
      declaration.overloads.flatMap(({ params }) => {
        const choices = params.map((type, i) => args(typeText(type as never), size, name, i));
        return combinations(choices).flatMap((values) => {
          const call = callOf(declaration, values);
          const time = milliseconds(`[${call}].size() == 1`);
          if (only !== undefined) console.error(`  ${call}: ${shown(time).trim()} ms`);
          return time ?? [];
        });
      }),
  );
  return times.length === 0 ? undefined : Math.max(...times);
}

const WIDTH = 34;
const steps = Array.from({ length: 5 }, () => milliseconds("k >= 0") ?? Infinity);
console.error(
  `${"ms until stopped".padEnd(WIDTH)}${SIZES.map((n) => String(n).padStart(8)).join("")}`,
);
console.error(`${"k >= 0".padEnd(WIDTH)}${shown(Math.min(...steps))}`);
for (const body of only === undefined ? FAILING : []) {
  console.error(`${abridged(body).padEnd(WIDTH)}${shown(milliseconds(body))}`);
}
for (const name of new Set(DECLARATIONS.map((declaration) => declaration.name))) {
  if (SKIPPED.has(name) || (only !== undefined && name !== only)) continue;
  console.error(`${name.padEnd(WIDTH)}${SIZES.map((size) => shown(worst(name, size))).join("")}`);
}
