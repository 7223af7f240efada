/** Checks literal patterns of `find` and `findAll`. */
import { isPattern } from "../library/regex.ts";
import type { Node } from "../syntax/ast.ts";
import type { Checker } from "./checker.ts";

/** Reports a literal pattern that is not valid. As upstream, `matches()` fails only when evaluated. */
export function checkPattern(checker: Checker, call: Node<"call">): void {
  const [pattern] = call.args;
  if (pattern?.kind !== "literal" || typeof pattern.value !== "string") return;
  if (isPattern(pattern.value)) return;
  checker.report(
    "type",
    pattern.start,
    `${call.name}() needs a regular expression with RE2 syntax`,
  );
}
