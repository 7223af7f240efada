/**
 * Converts the conformance tests of the CEL specification (cel-spec) to requests that kro and upstream can
 * evaluate, with the expected results.
 */
import type {
  SimpleTest,
  TypedResult,
} from "@bufbuild/cel-spec/cel/expr/conformance/test/simple_pb.js";
import type { Value } from "@bufbuild/cel-spec/cel/expr/value_pb.js";
import {
  getCheckingSuite,
  getComprehensionSuite,
  getConformanceSuite,
  getParsingSuite,
  type IncrementalTestSuite,
} from "@bufbuild/cel-spec/testdata/tests.js";
import { formatCELType } from "@bufbuild/cel-spec/testdata/to-debug-string.js";
import type { Json, JsonObject } from "../../../src/api/mod.ts";
import { canonical, type Case, type Suite } from "../protocol.ts";
import type { Verdict } from "../verdict.ts";
import { jsonOf, literalOf, schemaOf } from "./literal.ts";
import { outOfScope } from "./scope.ts";

/** A test of the CEL specification. */
export interface SpecCase {
  /** The test's name, `file/section/name`. */
  name: string;
  /** The expression, as in the specification. */
  expr: string;
  /** The expected result, as the results page shows it. */
  expected: string;
  /** The reason why the test does not apply to kro's CEL environment. Undefined if the test applies. */
  outOfScope?: string;
  /** Whether the specification evaluates the expression without a type check (`disable_check`). */
  unchecked: boolean;
  /**
   * The requests that check the expected result. Empty if the test does not apply to kro's CEL environment.
   */
  questions: readonly Question[];
}

/** A request to evaluate an expression, with a function that checks the result. */
export interface Question extends Case {
  /** Returns whether the result of the request agrees with the specification. */
  accepts: (verdict: Verdict) => boolean;
}

interface CelRequest {
  op: "cel";
  expr: string;
  schemas: JsonObject;
  vars?: JsonObject;
}

/** A file of the CEL specification's tests. */
export interface SpecFile {
  /** The file's name without extension, such as `basic`. */
  name: string;
  /** The tests of all sections of the file. */
  cases: SpecCase[];
}

/** Returns all files of the CEL specification's tests, in the order of the npm package @bufbuild/cel-spec. */
export function specFiles(): SpecFile[] {
  return getConformanceSuite().suites.map((suite) => {
    const names = new Map<string, number>();
    const cases = testsOf(suite, suite.name).map(([path, test]) => {
      const count = (names.get(path) ?? 0) + 1;
      names.set(path, count);
      return specCase(count === 1 ? path : `${path} (${count})`, test);
    });
    return { name: suite.name, cases };
  });
}

/**
 * The variables `a` to `z` without a type. cel-go's test expressions use these variables without declaring
 * them.
 */
const LETTERS = Object.fromEntries([..."abcdefghijklmnopqrstuvwxyz"].map((name) => [name, {}]));

/**
 * Returns the tests of the CEL specification as suites of test cases, one for each file. Also returns a suite
 * of cel-go's own test expressions, which have no expected results.
 */
export function specSuites(): Suite[] {
  const suites = specFiles().map(({ name, cases }): Suite => {
    return { area: "celspec", name, cases: cases.flatMap(({ questions }) => questions) };
  });
  const bare = {
    parsing: getParsingSuite(),
    checking: getCheckingSuite(),
    comprehension: getComprehensionSuite(),
  };
  for (const [what, suite] of Object.entries(bare)) {
    const name = `cel-go_${what}`;
    const tests = testsOf(suite, "").filter(([, test]) => outOfScope(test) === undefined);
    const cases = [...new Set(tests.map(([, { expr }]) => expr))].map((expr): Case => {
      return { name: `celspec/${name}: ${expr}`, request: { op: "cel", expr, vars: LETTERS } };
    });
    suites.push({ area: "celspec", name, cases });
  }
  return suites.filter(({ cases }) => cases.length > 0);
}

function testsOf(suite: IncrementalTestSuite, path: string): [path: string, test: SimpleTest][] {
  return [
    ...suite.tests.map(({ name, original }): [string, SimpleTest] => [`${path}/${name}`, original]),
    ...suite.suites.flatMap((inner) => testsOf(inner, `${path}/${inner.name}`)),
  ];
}

function specCase(name: string, test: SimpleTest): SpecCase {
  const reason = outOfScope(test);
  const { expr, disableCheck: unchecked } = test;
  const common = { name, expr, unchecked, expected: expectedText(test) };
  if (reason !== undefined) return { ...common, outOfScope: reason, questions: [] };
  return { ...common, questions: questionsOf(`celspec/${name.replace("/", ": ")}`, test) };
}

function expectedText({ resultMatcher: { case: kind, value }, checkOnly }: SimpleTest): string {
  if (kind === "evalError") return `error: ${value.errors.map((e) => e.message).join(", ")}`;
  if (kind === "value") return literalOf(value) ?? "a message";
  if (kind !== "typedResult") return "true";
  const type = formatCELType(value.deducedType);
  return checkOnly ? `type ${type}` : `${literalOf(value.result) ?? "a message"} of type ${type}`;
}

function questionsOf(name: string, test: SimpleTest): Question[] {
  const { resultMatcher: { case: kind, value }, disableCheck } = test;
  const request = requestOf(test);
  if (kind === "evalError") {
    // The specification expects an error when the expression is evaluated. If the test disables the type
    // check, a compile error counts as this error, because kro type-checks every expression.
    const accepts = ({ evalError, compileError }: Verdict) =>
      evalError !== undefined || disableCheck && compileError === true;
    return [{ name, request, accepts }];
  }
  const typed = kind === "typedResult" ? value : undefined;
  if (test.checkOnly) return [{ name, request, accepts: (verdict) => hasType(verdict, typed) }];
  const result = kind === "value" ? value : typed?.result;
  const json = plainOf(result);
  if (json !== undefined) {
    const accepts = (verdict: Verdict) =>
      canonical(verdict.value) === canonical(json) && hasType(verdict, typed);
    return [{ name, request, accepts }];
  }
  const { vars: _, ...unevaluated } = request;
  return [
    {
      name,
      // The first request checks only the type of the result. If JSON cannot represent the result, the
      // request has no variables, so that kro compiles the expression but does not evaluate it. The second
      // request evaluates a comparison of the result with the expected value.
      request: jsonOf(result) === undefined ? unevaluated : request,
      accepts: (verdict) => verdict.compileError !== true && hasType(verdict, typed),
    },
    {
      name: `${name} = ${literalOf(result)}`,
      request: { ...request, expr: comparison(request.expr, result) },
      accepts: ({ value }) => canonical(value) === "[true,true]",
    },
  ];
}

/**
 * Returns the expected result of a test as JSON if it is a boolean, a string or null; otherwise undefined. If
 * the specification states no result, returns true, because the expression of this test must evaluate to
 * true.
 */
function plainOf(value: Value | undefined): Json | undefined {
  if (value === undefined) return true;
  const { case: kind } = value.kind;
  return kind === "boolValue" || kind === "stringValue" || kind === "nullValue"
    ? jsonOf(value)
    : undefined;
}

function hasType({ type }: Verdict, typed: TypedResult | undefined): boolean {
  if (typed?.deducedType === undefined) return true;
  const text = String(type).replace("null_type", "null").replace(
    "google.protobuf.Timestamp",
    "timestamp",
  )
    .replace("google.protobuf.Duration", "duration");
  return text === formatCELType(typed.deducedType);
}

/**
 * Returns an expression that evaluates to two booleans: whether the result of `expr` equals the value,
 * and whether the result has the value's type.
 */
function comparison(expr: string, value: Value | undefined): string {
  const { kind } = value!;
  const literal = literalOf(value);
  const isNaN = kind.case === "doubleValue" && Number.isNaN(kind.value);
  const equal = isNaN ? `dyn(${expr}\n) != dyn(${expr}\n)` : `dyn(${expr}\n) == ${literal}`;
  return `[${equal}, dyn(type(${expr}\n)) == type(${literal})]`;
}

/**
 * Returns the request that evaluates the expression of a test. Variables are passed as JSON with a schema. A
 * value that JSON cannot represent is bound by `cel.bind` in the expression.
 */
function requestOf(test: SimpleTest): CelRequest {
  const types = new Map(
    test.typeEnv.map((
      { name, declKind },
    ) => [name, declKind.case === "ident" ? declKind.value.type : undefined]),
  );
  const schemas: JsonObject = {};
  const vars: JsonObject = {};
  let { expr } = test;
  for (const [name, { kind }] of Object.entries(test.bindings)) {
    const value = kind.case === "value" ? kind.value : undefined;
    const json = jsonOf(value);
    const schema = schemaOf(types.get(name));
    if (json === undefined || types.has(name) && schema === undefined) {
      expr = `cel.bind(${name}, ${literalOf(value)}, ${expr}\n)`;
    } else {
      vars[name] = json;
      if (schema) schemas[name] = schema;
    }
  }
  return { op: "cel", expr, schemas, ...(!test.checkOnly && { vars }) };
}
