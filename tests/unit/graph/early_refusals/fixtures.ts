/**
 * Creates RGDs of which no instance could ever work, and RGDs close to them that are valid, and declares a
 * test for each of them.
 */
import assert from "node:assert/strict";
import { problemText } from "../../../../src/api/mod.ts";
import { compiled, configMap, problemsOf, rgd, SPEC } from "../fixtures.ts";

/** Returns an RGD with these resources. */
export const one = (...resources: unknown[]) => rgd({ spec: SPEC }, resources);

/** Returns an RGD with a ConfigMap that has this metadata. */
export const named = (metadata: object) => one(configMap("cm", {}, metadata as never));

/** Returns a text of this length. */
export const long = (n: number) => "a".repeat(n);

/** Returns an RGD with an object of this kind and name. */
export const of = (apiVersion: string, kind: string, name: string) =>
  one({ id: "x", template: { apiVersion, kind, metadata: { name } } });

/** Declares a test for each RGD that kro must reject with exactly these problems. */
export function refused(
  cases: readonly [what: string, definition: unknown, ...texts: string[]][],
): void {
  for (const [what, definition, ...texts] of cases) {
    Deno.test(`refused when compiled: ${what}`, async () => {
      assert.deepEqual((await problemsOf(definition)).map(problemText), texts);
    });
  }
}

/** Declares a test for each RGD that kro must accept. */
export function accepted(cases: readonly [what: string, definition: unknown][]): void {
  for (const [what, definition] of cases) {
    Deno.test(`compiles: ${what}`, async () => {
      const result = await compiled(definition);
      assert.ok(result.ok, result.ok ? "" : result.problems.map(problemText).join("\n"));
    });
  }
}
