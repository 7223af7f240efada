/** How the parser and the macros report: thrown inside the room, a problem outside. */
import type { CelProblem } from "../types.ts";

/** A fault of the expression's text. */
export class SyntaxFault extends Error {
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

/** Throws because a limit of the language is exceeded. */
export function limitFault(offset: number, message: string): never {
  throw new SyntaxFault({ code: "limit", message, offset });
}
