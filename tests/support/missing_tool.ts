/** Decides whether tests are ignored because a program that they run is not installed. */

/** The environment variables of a process. `Deno.env` implements this interface. */
export interface Environment {
  /** Returns the value of a variable; undefined when the variable is not set. */
  get(name: string): string | undefined;
}

/**
 * Returns a suffix for the name of a test that needs a tool. If the tool is not installed, the suffix is
 * `(ignored: needs TOOL)`, and the test must be ignored. If the tool is installed, the suffix is empty.
 *
 * The suffix is also empty in CI, where the variable `CI` is set, so that the test runs and fails without the
 * tool. `.ci/run` sets this variable.
 */
export function ignoredWithout(
  tool: string,
  isInstalled: boolean,
  env: Environment = Deno.env,
): string {
  return isInstalled || isCi(env) ? "" : ` (ignored: needs ${tool})`;
}

function isCi(env: Environment): boolean {
  return !["", "0", "false"].includes(env.get("CI") ?? "");
}
