/**
 * Syntax errors of CEL expressions. The parser throws these errors. The functions `parse` and `compile`
 * convert the errors to problems.
 */
import type { CelProblem } from "../types.ts";

/** The error for invalid syntax, with the problem to report. */
export class SyntaxFault extends Error {
  /** Creates an error with the message of the problem. */
  constructor(readonly problem: CelProblem) {
    super(problem.message);
  }
}

/** Throws a SyntaxFault for invalid syntax. */
export function syntaxFault(offset: number, message: string, hint?: string): never {
  throw new SyntaxFault({
    code: "syntax",
    message,
    offset,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Throws a SyntaxFault for an expression that exceeds a limit. */
export function limitFault(offset: number, message: string): never {
  throw new SyntaxFault({ code: "limit", message, offset });
}
