/** The conformance data of cel-spec: what is asked of kro's environment, and what the specification expects. */
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

/** A case of the specification. */
export interface SpecCase {
  /** `file/section/name`. */
  name: string;
  /** The expression, as the specification has it. */
  expr: string;
  /** What is expected, for people. */
  expected: string;
  /** Why kro's environment has nothing to do with it. */
  outOfScope?: string;
  /** The specification leaves it unchecked. */
  unchecked: boolean;
  /** What is asked; nothing when it is out of scope. */
  questions: readonly Question[];
}

/** A question, and whether an answer is what the specification expects. */
export interface Question extends Case {
  /** Judges an answer. */
  accepts: (verdict: Verdict) => boolean;
}

interface CelRequest {
  op: "cel";
  expr: string;
  schemas: JsonObject;
  vars?: JsonObject;
}

/** A file of the specification. */
export interface SpecFile {
  /** Its name. */
  name: string;
  /** Its cases. */
  cases: SpecCase[];
}

/** All files, in the package's order. */
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

/** Variables of the expressions that come without any. */
const LETTERS = Object.fromEntries([..."abcdefghijklmnopqrstuvwxyz"].map((name) => [name, {}]));

/** What is asked, as suites of the corpus; besides, the expressions of cel-go's own tests, which come without answers. */
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
    // kro checks everything: what the specification leaves unchecked may be refused earlier.
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
      // What JSON cannot carry is compared where it is.
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

/** What JSON tells apart from everything else; nothing stands for true. */
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

/** Whether the expression has the value, and the value's type. */
function comparison(expr: string, value: Value | undefined): string {
  const { kind } = value!;
  const literal = literalOf(value);
  const isNaN = kind.case === "doubleValue" && Number.isNaN(kind.value);
  const equal = isNaN ? `dyn(${expr}\n) != dyn(${expr}\n)` : `dyn(${expr}\n) == ${literal}`;
  return `[${equal}, dyn(type(${expr}\n)) == type(${literal})]`;
}

/** Variables come as JSON with the schema of their type; those that JSON has no form for are bound by the expression. */
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
