/**
 * Decides which tests of the CEL specification do not apply to kro's CEL environment, for example because
 * they use protobuf messages.
 */
import type { SimpleTest } from "@bufbuild/cel-spec/cel/expr/conformance/test/simple_pb.js";
import type { Type } from "@bufbuild/cel-spec/cel/expr/checked_pb.js";
import type { Value } from "@bufbuild/cel-spec/cel/expr/value_pb.js";

/**
 * The reasons why a test does not apply to kro's environment, each with a rule. The first rule that
 * matches a test determines the reason.
 */
const RULES: readonly [reason: string, applies: (test: SimpleTest) => boolean][] = [
  ["protobuf messages, enums and wrappers", usesProtobuf],
  [
    "extensions that kro does not have: `math`, `proto`, `cel.block`",
    ({ expr }) => /\b(math|proto)\.\w+\(|\bcel\.(block|index|iterVar|accuVar)\(/.test(expr),
  ],
  [
    "functions that the case declares",
    ({ typeEnv }) => typeEnv.some(({ declKind }) => declKind.case === "function"),
  ],
  [
    "containers, and variables with qualified names",
    ({ container, typeEnv }) => container !== "" || typeEnv.some(({ name }) => name.includes(".")),
  ],
];

/** All reasons why a test does not apply to kro's environment. */
export const REASONS: readonly string[] = RULES.map(([reason]) => reason);

/**
 * Returns the reason why a test does not apply to kro's environment; undefined if the test applies.
 */
export function outOfScope(test: SimpleTest): string | undefined {
  return RULES.find(([, applies]) => applies(test))?.[0];
}

function usesProtobuf(test: SimpleTest): boolean {
  const { container, expr, typeEnv, bindings, resultMatcher } = test;
  if (/^(cel\.expr\.conformance|google\.protobuf)\b/.test(container)) return true;
  // Matches expressions that construct a protobuf message: a message's name, or an upper-case name
  // before a brace.
  if (/\bTestAllTypes\b|\bcel\.expr\.conformance\.|\b[A-Z]\w*\s*\{/.test(expr)) return true;
  const values = Object.values(bindings).map(({ kind }) =>
    kind.case === "value" ? kind.value : undefined
  );
  if (resultMatcher.case === "value") values.push(resultMatcher.value);
  if (resultMatcher.case === "typedResult") values.push(resultMatcher.value.result);
  return values.some(isProtobuf) ||
    typeEnv.some(({ declKind }) =>
      declKind.case === "ident" && isProtobufType(declKind.value.type)
    );
}

function isProtobuf(value: Value | undefined): boolean {
  const kind = value?.kind;
  if (kind?.case === "listValue") return kind.value.values.some(isProtobuf);
  if (kind?.case === "mapValue") return kind.value.entries.some(({ value }) => isProtobuf(value));
  return kind?.case === "objectValue" || kind?.case === "enumValue";
}

function isProtobufType(type: Type | undefined): boolean {
  const kind = type?.typeKind;
  if (kind?.case === "listType") return isProtobufType(kind.value.elemType);
  if (kind?.case === "mapType") return isProtobufType(kind.value.valueType);
  return kind?.case === "messageType" || kind?.case === "wrapper" || kind?.case === "wellKnown";
}
