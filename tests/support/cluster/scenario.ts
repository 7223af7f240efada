/** Declares tests that receive an in-process controller and a namespace. */
import type { ControllerOptions } from "../../../src/controller/mod.ts";
import { TestCluster } from "./cluster.ts";
import { type Scenario, Session } from "./session.ts";

/** Options of a test. */
export interface ScenarioOptions {
  /** Options of the controller. */
  controller?: Partial<ControllerOptions>;
  /** The controller has the program's default options, not those of upstream's integration suite. */
  defaults?: boolean;
  /** Skips the test on this machine; its title states the reason. */
  ignore?: boolean;
}

/**
 * Declares the test of a scenario of upstream's suites.
 *
 * @param reference of the conformance table: `file:line`, or several separated by ` / ` as in the table;
 *   `tests/unit/upstream_references_test.ts` checks that each has one test
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
 * Declares a test of this project's own; the name of its namespace starts with the title.
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

/** The options of upstream's integration suite, without the timed requeue: only watches drive the controller. */
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
    // An error of the cleanup must not hide the test's own error.
    await session.end(5).catch(() => {});
    throw error;
  }
  await session.end();
}
