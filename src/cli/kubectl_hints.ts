/** Hints for flags, formats and commands of kubectl that kro does not have. */

/** The hint for each error of the parser of the command line that matches the pattern. */
const HINTS: readonly (readonly [error: RegExp, hint: string])[] = [
  [/unknown option '--dry-run\b/, "kro plan -f FILE shows what kro apply would change"],
  [/unknown command 'diff'/, "kro plan -f FILE shows what kro apply would change"],
  [/unknown command 'create'/, "kro apply -f FILE creates and updates objects"],
  [/unknown option '(-k|--kustomize)\b/, "kubectl kustomize DIR | kro apply -f - applies DIR"],
  [/unknown option '--server-side\b/, "kro apply always uses server-side apply"],
  [
    /argument '(jsonpath|go-template|custom-columns)/,
    "kro get -o json prints all fields, from which jq selects",
  ],
];

/**
 * Returns an error of the parser of the command line, with a hint if the error is about a flag, a format or a
 * command of kubectl that kro does not have.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { withKubectlHint } from "./kubectl_hints.ts";
 *
 * assert.equal(
 *   withKubectlHint("error: unknown option '--server-side'"),
 *   "error: unknown option '--server-side'; kro apply always uses server-side apply",
 * );
 * ```
 */
export function withKubectlHint(error: string): string {
  const hint = HINTS.find(([pattern]) => pattern.test(error))?.[1];
  return hint ? `${error.replace(/\.$/, "")}; ${hint}` : error;
}
