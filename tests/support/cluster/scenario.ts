/**
 * Declares cluster tests. Each test gets a namespace, and a controller that runs in the test's process.
 */
import type { ControllerOptions } from "../../../src/controller/mod.ts";
import { TestCluster } from "./cluster.ts";
import { type Scenario, Session } from "./session.ts";

/** The options of a cluster test. */
export interface ScenarioOptions {
  /** Options of the controller that replace the defaults. */
  controller?: Partial<ControllerOptions>;
  /**
   * Whether the controller runs with the defaults of `kro controller`, instead of the options of upstream's
   * integration tests.
   */
  defaults?: boolean;
  /** Whether to skip the test on this machine. The test's title must state the reason. */
  ignore?: boolean;
}

/**
 * Declares a test that repeats a scenario of upstream's test suites.
 *
 * @param reference the scenario's place in upstream's source, `file:line`; several are separated by
 *   ` / `. `tests/unit/upstream_references_test.ts` checks that each place has one test
 */
export function scenario(
  reference: string,
  title: string,
  run: (s: Scenario) => Promise<void>,
  options: ScenarioOptions = {},
): void {
  kroTest(`${reference}: ${title}`, run, options);
}

/**
 * Declares a cluster test of this project. The name of the test's namespace starts with the title.
 *
 * @example
 * ```ts
 * kroTest("a changed ConfigMap is repaired", async (s) => {
 *   const graph = await s.graph({ kind: "One", resources: [configMap("cm", "one", { a: "b" })] });
 *   await graph.create("app");
 *   await graph.active("app");
 * });
 * ```
 */
export function kroTest(
  title: string,
  run: (s: Scenario) => Promise<void>,
  options: ScenarioOptions = {},
): void {
  const { ignore = false } = options;
  Deno.test({ name: title, ignore, fn: (t) => perform(t, run, options) });
}

/**
 * The options of upstream's integration tests, without the periodic requeue, so that only watches
 * cause reconciliation.
 */
export const SUITE: Readonly<Partial<ControllerOptions>> = {
  allowCrdDeletion: true,
  instanceRequeueMs: 0,
  graphProgressMs: 50,
  compile: { omit: true },
};

async function perform(
  t: Deno.TestContext,
  run: (s: Scenario) => Promise<void>,
  { controller, defaults = false }: ScenarioOptions,
): Promise<void> {
  const prefix = t.name.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 40).replace(/-$/, "");
  await using cluster = await TestCluster.open(prefix);
  const session = new Session(cluster, { ...(defaults ? {} : SUITE), ...controller }, t);
  try {
    await session.start();
    await run(session);
  } catch (error) {
    // The test has failed. An error of its cleanup is ignored, because it must not hide the error of the
    // test.
    await session.end(5).catch(() => {});
    throw error;
  }
  await session.end();
}
