/** Checks calls of the method `format` when the format string and the arguments are literals. */
import { children, type Expr, type Node } from "../syntax/ast.ts";
import { parseFormat } from "../library/format.ts";
import type { Checker } from "./checker.ts";
import { isDyn } from "./types.ts";

const NUMBERS = ["int", "uint", "double"];
const VERBS: Readonly<Record<string, readonly string[]>> = {
  d: NUMBERS,
  f: NUMBERS,
  e: NUMBERS,
  b: ["bool", "int", "uint"],
  o: ["int", "uint"],
  x: ["int", "uint", "string", "bytes"],
  X: ["int", "uint", "string", "bytes"],
  s: [
    ...["list", "map", "int", "uint", "double", "bool", "string", "bytes"],
    ...["timestamp", "duration", "type", "null", "variable"],
  ],
};

/**
 * Reports a malformed format string, and arguments that do not fit the verbs of the format string. The
 * checker must already have inferred the types of the arguments.
 */
export function checkFormat(checker: Checker, call: Node<"call">): void {
  const { target } = call;
  const [list] = call.args;
  if (target?.kind !== "literal" || typeof target.value !== "string" || list?.kind !== "list") {
    return;
  }
  const pieces = parseFormat(target.value);
  if (pieces === undefined) {
    checker.report(
      "type",
      target.start,
      "unknown clause in the format: format() takes %s %d %f %e %b %o %x %X, %.2f and %.2e",
    );
    return;
  }
  const clauses = pieces.filter((piece) => typeof piece !== "string");
  if (clauses.length !== list.elements.length) {
    const counts = `${clauses.length} arguments, found ${list.elements.length}`;
    checker.report("type", call.at, `the format takes ${counts}`);
    return;
  }
  clauses.forEach(({ verb }, index) => {
    const argument = list.elements[index]?.value;
    if (argument) checkArgument(checker, verb, argument);
  });
}

function checkArgument(checker: Checker, verb: string, argument: Expr): void {
  const type = checker.known(argument);
  if (!isDyn(type) && !VERBS[verb]?.includes(type.kind)) {
    checker.report("type", argument.start, `%${verb} cannot format ${checker.text(type)}`);
  } else if (argument.kind === "list" || argument.kind === "map") {
    // The verb of a list or map also formats each element, key and value in it. The parts of a literal are
    // therefore checked with the same verb.
    for (const part of children(argument)) checkArgument(checker, verb, part);
  }
}
