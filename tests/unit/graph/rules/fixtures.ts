/**
 * Tests the rules for RGDs. The test of a rule compiles an RGD that breaks the rule, and a similar RGD that
 * keeps the rule.
 */
import assert from "node:assert/strict";
import type { CompileOptions } from "../../../../src/graph/mod.ts";
import { compiled, configMap, deployment, rgd, SPEC as spec } from "../fixtures.ts";

/** A rule, the code of its problem, an RGD that breaks the rule, and an RGD that keeps the rule. */
export type Case = [
  rule: string,
  code: string,
  breaks: unknown,
  keeps: unknown,
  options?: CompileOptions,
];

/** Declares one test for each rule. */
export function testRules(cases: readonly Case[]): void {
  for (const [rule, code, breaks, keeps, options] of cases) {
    Deno.test(`rule: ${rule} [${code}]`, async () => {
      const kept = await compiled(keeps, options);
      assert.ok(kept.ok, kept.ok ? "" : JSON.stringify(kept.problems));
      const broken = await compiled(breaks, options);
      assert.ok(!broken.ok, "the RGD that breaks the rule compiles, but should have problems");
      assert.deepEqual(
        [...new Set(broken.problems.map((p) => p.code))],
        [code],
        JSON.stringify(broken.problems),
      );
    });
  }
}

/** A ConfigMap resource without data. */
export const cm = configMap("cm");
/** Returns a ConfigMap resource with one data value. */
export const data = (value: unknown, id = "cm") => configMap(id, { data: { k: value as string } });
/** Returns an RGD with these resources. */
export const one = (...resources: unknown[]) => rgd({ spec }, resources);
/** Returns an RGD whose instances are cluster-scoped. */
export const cluster = (...resources: unknown[]) => rgd({ spec, scope: "Cluster" }, resources);

/** Returns an RGD with these status fields, and with a ConfigMap and a Deployment. */
export const status = (fields: Record<string, unknown>) =>
  rgd({ spec, status: fields as never }, [cm, deployment("web")]);
/** Returns an RGD with these status conditions. */
export const condition = (...conditions: unknown[]) => status({ conditions });
/** Returns an expression that creates a condition with these fields. */
export const newCondition = (fields: string) => `\${runtime.newCondition({${fields}})}`;

/** Returns a resource with this `forEach`, which creates ConfigMaps. */
export const each = (forEach: unknown, name = "n-${x}", more = {}) => ({
  ...configMap("many", {}, { name }),
  forEach,
  ...more,
});
/** Returns a `forEach` with `n` dimensions, whose variables are `x0`, `x1` and so on. */
export const dimensions = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ [`x${i}`]: "${schema.spec.names}" }));
/** Returns an object name that contains the variables of `n` {@link dimensions}, such as `${x0}-${x1}`. */
export const allOf = (n: number) => dimensions(n).map((_, i) => `\${x${i}}`).join("-");

/** Returns a resource that is an external reference to ConfigMaps. */
export const external = (metadata: unknown, more = {}) => ({
  id: "ext",
  externalRef: { apiVersion: "v1", kind: "ConfigMap", metadata },
  ...more,
});

/** The options that permit `omit()`. */
export const omit: CompileOptions = { omit: true };
