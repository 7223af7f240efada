/** `x.find("..")` and `x.findAll("..")`: a pattern that is written out must be a regular expression. */
import { isPattern } from "../library/regex.ts";
import type { Node } from "../syntax/ast.ts";
import type { Checker } from "./checker.ts";

/** Reports a pattern that does not parse. `matches()` is left to evaluation, as it is upstream. */
export function checkPattern(checker: Checker, call: Node<"call">): void {
  const [pattern] = call.args;
  if (pattern?.kind !== "literal" || typeof pattern.value !== "string") return;
  if (isPattern(pattern.value)) return;
  checker.report(
    "type",
    pattern.start,
    `${call.name}() takes a regular expression in RE2's syntax`,
  );
}
