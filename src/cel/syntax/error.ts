/** Syntax errors: thrown by the parser and the macros, turned into problems by the room's entry points. */
import type { CelProblem } from "../types.ts";

/** A syntax error with the problem to report. */
export class SyntaxFault extends Error {
  /** The error's message is that of the problem. */
  constructor(readonly problem: CelProblem) {
    super(problem.message);
  }
}

/** Throws a syntax problem. */
export function syntaxFault(offset: number, message: string, hint?: string): never {
  throw new SyntaxFault({
    code: "syntax",
    message,
    offset,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Throws because the expression exceeds a limit. */
export function limitFault(offset: number, message: string): never {
  throw new SyntaxFault({ code: "limit", message, offset });
}
