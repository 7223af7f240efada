/**
 * Calls of CEL's functions with the most expensive arguments: long strings and patterns, values
 * that are repeated many times, and inputs for which an algorithm is slowest.
 * `tests/unit/cel/cost_test.ts` checks that the charged cost is at least the field `work`. `deno
 * task bench --only worst` checks that the CPU time is not much longer than the charged cost
 * permits.
 */

/** An expensive expression, and the least cost that its evaluation must be charged. */
export interface HostileExpression {
  readonly expression: string;
  /** The names of the functions for which the expression is the most expensive call. */
  readonly functions: readonly string[];
  readonly variables: Readonly<Record<string, unknown>>;
  /**
   * The least cost that the evaluation must be charged if the budget does not stop it. One unit
   * stands for ten nanoseconds of CPU time.
   */
  readonly work: number;
}

/** The number of characters of a long string. The API server stores objects of up to 1.5 MB. */
const LONG = 400_000;
/** The number of elements of a long list. */
const MANY = 20_000;

const A = "a".repeat(LONG);
/**
 * A string with the length of {@link A}. Only the last character differs, so that a comparison must
 * read both strings to their end.
 */
const A_TO_B = `${A.slice(1)}b`;
const HALF = LONG / 2;
const EMOJI = "😀".repeat(HALF);
const EURO = "€".repeat(LONG);
const DIGITS = "1".repeat(LONG);
const AB = "ab".repeat(HALF);
const REPEATED = `lists.range(${MANY}).map(x, t)`;
const NUMBERS = Array.from({ length: MANY }, () => 1);
const NESTED = Array.from({ length: MANY }, (_, i) => [i]);
const OBJECT = Object.fromEntries(NUMBERS.map((one, index) => [`k${index}`, one]));
const inLoop = (body: string) => `lists.range(1000).all(x, ${body})`;
const bound = (name: string, value: string, body: string) => `cel.bind(${name}, ${value}, ${body})`;

function on(
  functions: string,
  expression: string,
  work: number,
  variables: Record<string, unknown> = {},
): HostileExpression {
  return { functions: functions.split(" ").filter(Boolean), expression, variables, work };
}

const REGEX = [
  on("matches", "t.matches('(?:[ab]?){800}[ab]{800}$')", LONG * 2_400, { t: AB }),
  on("find", "t.find('(?:[ab]?){80}[ab]{80}$')", LONG * 240, { t: AB }),
  on("findAll", "t.findAll('(?:[ab][^z]*z|a)').size()", 2_000 ** 2, { t: AB.slice(0, 4_000) }),
  on("findAll", "t.findAll('[ab]').size()", LONG * 20, { t: AB }),
  on("findAll", "t.findAll('[ab]').size()", 20_000 * 250, { t: AB.slice(0, 20_000) }),
  on("matches", "t.matches('xyz[a-z]')", LONG / 2, { t: A }),
  // These expressions test the compilation of patterns. A repetition generates many instructions,
  // and a range that ignores case requires a lookup of every character.
  on("", "'x'.matches('(?:[ab]?){1000}' + t)", 2_000 * 300, { t: "[ab]{900}" }),
  on("", "'x'.matches('(?i)[B-\\\\x{1e942}]' + t)", 2_000_000, { t: "a" }),
  on("", "'x'.matches(t)", 100 * 20_000, { t: "\\pL".repeat(100) }),
];

const SEARCHES = [
  // At each position of the text `t`, all characters of the pattern `p` match except one.
  on("contains", "t.contains(p)", LONG * 3, { t: A, p: `b${A.slice(0, HALF)}` }),
  on("indexOf", "t.indexOf(p)", LONG * 3, { t: A, p: `b${A.slice(0, HALF)}` }),
  on("lastIndexOf", "t.lastIndexOf(p)", LONG * 3, { t: A, p: `${A.slice(0, HALF)}b` }),
  on("split", "t.split(p).size()", LONG * 3, { t: A, p: `b${A.slice(0, HALF)}` }),
  on("replace", "t.replace(p, '')", LONG * 3, { t: A, p: `b${A.slice(0, HALF)}` }),
  on("split", "t.split('').size()", LONG * 20, { t: A }),
  on("replace", "t.replace('a', t)", LONG * LONG / 2, { t: A }),
  on("charAt", "t.charAt(9)", LONG, { t: EMOJI }),
  on("substring", "t.substring(1, 9)", LONG, { t: EMOJI }),
  on("indexOf", "t.indexOf('x', 9)", LONG, { t: EMOJI }),
  on("reverse", "t.reverse()", LONG * 3, { t: EMOJI }),
  on("startsWith endsWith", "(t + 'a').startsWith(u) || t.endsWith(u)", LONG, { t: A, u: A_TO_B }),
  on("trim", "t.trim()", LONG * 2, { t: " ".repeat(LONG) }),
  on("lowerAscii", "t.lowerAscii()", LONG * 4, { t: "aA".repeat(HALF) }),
  on("upperAscii", "t.upperAscii()", LONG * 4, { t: "aA".repeat(HALF) }),
  on("strings.quote", "strings.quote(t)", LONG * 8, { t: '"'.repeat(LONG) }),
  on("size", "size(t) + t.size()", LONG * 2, { t: EMOJI }),
  on("_+_", "t + t", LONG, { t: A }),
];

const CONVERSIONS = [
  on("double", "double(t)", LONG * 2, { t: `${DIGITS}x` }),
  on("double", "double(t)", LONG * 2, { t: `0x${DIGITS}` }),
  on("int uint", "int(t) > 1 || uint(t) > 1u", LONG / 8, { t: `${"0".repeat(LONG)}x` }),
  on("bool bytes", "bool(t) || bytes(t).size() > 0", LONG / 4, { t: EURO }),
  on("string", "string(bytes(t))", LONG, { t: EURO }),
  on("duration", "duration(t)", LONG * 10, { t: "1ns".repeat(LONG / 4) }),
  on("timestamp", "timestamp(t)", LONG / 4, { t: `2026-01-01T00:00:00.${DIGITS}Z` }),
  on("quantity isQuantity", inLoop("isQuantity(t) || quantity(t).isInteger()"), 1000 * 3_000, {
    t: "1".repeat(1_000),
  }),
  on(
    "isLessThan isGreaterThan compareTo add sub sign",
    bound("a", "quantity(t)", bound("b", "quantity(u)", inLoop("a.add(b).compareTo(b) > 0"))),
    1000 * 1000,
    { t: "1e1000", u: `0.${"0".repeat(990)}` },
  ),
  on("semver isSemver", "isSemver(t) && semver(t).major() > 0", LONG * 8, {
    t: `1.2.3-${"a.".repeat(HALF)}b`,
  }),
  on("major minor patch", bound("v", "semver(t)", inLoop("v.compareTo(v) == 0")), LONG * 200, {
    t: `1.2.3-${A}`,
  }),
  on("url isURL", "isURL(t) && url(t).getScheme() == ''", LONG * 20, { t: `http://h/${A}` }),
  on("getEscapedPath", "url(t).getEscapedPath()", LONG * 10, { t: `http://h/${EURO}` }),
  on("getQuery", "url(t).getQuery()", LONG * 20, { t: `http://h/?${"a&".repeat(HALF)}` }),
  on(
    "getPort getHost getHostname getScheme",
    bound("u", "url(t)", inLoop("u.getPort() == ''")),
    LONG * 100,
    { t: `http://${A}` },
  ),
  on("_==_", bound("u", "url(t)", inLoop("[u] == [u]")), LONG * 100, { t: `http://h/${A}` }),
  on("isIP isCIDR ip cidr", "isIP(t) || isCIDR(t) || ip.isCanonical(t)", LONG / 4, {
    t: ":1".repeat(HALF),
  }),
  on("hash.fnv64a", "hash.fnv64a(t)", LONG * 3, { t: EURO }),
  on("hash.sha256 hash.md5", "hash.sha256(t) == hash.md5(t)", LONG, { t: EURO }),
  on("base64.encode base64.decode", "base64.decode(base64.encode(bytes(t)))", LONG * 8, { t: A }),
  on("random.seededString random.seededInt", "random.seededString(10, t)", LONG / 2, { t: EURO }),
  on("json.unmarshal", "json.unmarshal(t)", LONG * 3, {
    t: `[${`${"1".repeat(299)},`.repeat(LONG / 300)}1]`,
  }),
  on("json.marshal", "json.marshal(t)", LONG * 10, { t: "<".repeat(LONG) }),
  on("json.marshal json.encode", "json.encode(t) + json.marshal(t)", MANY * 120, { t: OBJECT }),
];

const LISTS = [
  on("join", `${REPEATED}.join()`, MANY * LONG / 2, { t: A }),
  on("format", `'%s'.format([${REPEATED}])`, MANY * LONG, { t: A }),
  on("format", "'%x'.format([t])", LONG, { t: EURO }),
  on("format", "'%s'.format([base64.decode(t)])", LONG / 2, { t: "/".repeat(LONG) }),
  on("format", "f.format(l)", 1_000 * 1_000, {
    f: "%.0f".repeat(1_000),
    l: Array.from({ length: 1_000 }, () => 5e-324),
  }),
  on("max min", `${REPEATED}.max() == u`, MANY * LONG / 10, { t: A, u: A_TO_B }),
  on("sort isSorted", `${REPEATED}.sort().isSorted()`, MANY * LONG / 10, { t: A }),
  on("sort", bound("b", "bytes(t)", `lists.range(1000).map(x, b).sort()`), LONG * 100, { t: A }),
  on("distinct", `${REPEATED}.distinct()`, MANY * LONG / 10, { t: A }),
  on("distinct", "l.distinct().size()", 3_000 ** 2, { l: NESTED.slice(0, 3_000) }),
  on("indexOf lastIndexOf @in", `u in ${REPEATED}`, MANY * LONG / 10, { t: A, u: A_TO_B }),
  on("_==_ _!=_", `${REPEATED} == lists.range(${MANY}).map(x, u)`, LONG / 10, { t: A, u: A_TO_B }),
  on("_<_ _<=_ _>_ _>=_", inLoop("t <= u"), LONG * 100, { t: A, u: A_TO_B }),
  on("flatten", "l.flatten().size()", MANY * 60, { l: NESTED }),
  on("reverse slice", "l.reverse().size() + l.slice(0, 3).size()", MANY * 60, { l: NESTED }),
  on("lists.setAtIndex", inLoop("lists.setAtIndex(l, 1, 1) != []"), MANY * 1_000, { l: NUMBERS }),
  on("lists.insertAtIndex", inLoop("lists.insertAtIndex(l, 1, 1) != []"), MANY * 1_000, {
    l: NUMBERS,
  }),
  on("lists.removeAtIndex", inLoop("lists.removeAtIndex(l, 1) != []"), MANY * 1_000, {
    l: NUMBERS,
  }),
  on("sum", "l.sum()", MANY * 10, { l: NUMBERS }),
  on("lists.range", "lists.range(1000000) + [1]", 3_000_000),
  on("_[_] _[?_]", bound("m", "{t: 1}", inLoop("m[t] == 1")), LONG * 100, { t: A }),
  on("_[?_]", inLoop("!m[?t].hasValue()"), LONG * 100, { t: A, m: { a: 1 } }),
  on("@in", inLoop("!(t in m)"), LONG * 100, { t: A, m: { a: 1 } }),
  on("size", inLoop("size(m) > 0"), MANY * 10_000, { m: OBJECT }),
  on("", inLoop("m.exists(k, true)"), MANY * 10_000, { m: OBJECT }),
  on("_==_", inLoop("m == m"), MANY * 10_000, { m: OBJECT }),
  on("merge deepMerge", "m.merge(m).deepMerge(m).size()", MANY * 300, { m: OBJECT }),
  on("optional.unwrap unwrapOpt", "l.map(x, optional.of(x)).unwrapOpt().size()", MANY * 60, {
    l: NUMBERS,
  }),
  // The results of these expressions are expensive for the caller, which converts the results to JSON and
  // writes them to the API server.
  on("", "lists.range(1000).map(x, n)", MANY * 1_000, { n: [NUMBERS] }),
  on("", "lists.range(1000).map(x, m)", MANY * 10_000, { m: OBJECT }),
  on("", `lists.range(${MANY}).map(x, t)`, MANY * LONG / 20, { t: A }),
];

const TIMES = [
  on("getHours", inLoop("timestamp(x).getHours('Europe/Berlin') >= 0"), 1000 * 2_000),
];

/** All expensive expressions. */
export const HOSTILE: readonly HostileExpression[] = [
  ...REGEX,
  ...SEARCHES,
  ...CONVERSIONS,
  ...LISTS,
  ...TIMES,
];

/**
 * The functions for which this file has no expensive expression. Their work does not depend on the size of
 * their arguments, or the evaluator itself implements them.
 */
export const CONSTANT: ReadonlySet<string> = new Set([
  ..."_?_:_ _&&_ _||_ !_ -_ _-_ _*_ _/_ _%_ dyn type optional.of optional.none hasValue value"
    .split(" "),
  ..."optional.ofNonZeroValue first last or orValue omit newCondition condition".split(" "),
  ..."isInteger asInteger asApproximateFloat".split(" "),
  ..."ip.isCanonical family isUnspecified isLoopback isLinkLocalMulticast".split(" "),
  ..."isLinkLocalUnicast isGlobalUnicast containsIP containsCIDR masked prefixLength".split(" "),
  ..."getFullYear getMonth getDate getDayOfMonth getDayOfWeek getDayOfYear getMinutes getSeconds"
    .split(" "),
  "getMilliseconds",
]);
