/** Checks the patterns of `find` and `findAll` when the patterns are literals. */
import { patternProblem } from "../library/regex.ts";
import type { Node } from "../syntax/ast.ts";
import type { Checker } from "./checker.ts";

/**
 * Reports an invalid literal pattern of `find` or `findAll`. As in upstream kro, an invalid pattern of
 * `matches()` fails only at run time, so it is not reported here.
 */
export function checkPattern(checker: Checker, call: Node<"call">): void {
  const [pattern] = call.args;
  if (pattern?.kind !== "literal" || typeof pattern.value !== "string") return;
  const problem = patternProblem(pattern.value);
  if (problem === undefined) return;
  checker.report(
    "type",
    pattern.start,
    problem === "syntax"
      ? `${call.name}() needs a regular expression with RE2 syntax`
      : `${call.name}() needs a regular expression that is not too large to compile`,
  );
}
