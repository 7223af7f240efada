/** Tests of the flag `--feature-gates`: its syntax, and its effect on commands. */
import assert from "node:assert/strict";
import { parseFeatureGates } from "../../../src/cli/feature_gates.ts";
import { runCommand } from "../../support/command.ts";

const off = {
  CELOmitFunction: false,
  InstanceConditionEvents: false,
  InstanceConditionMetrics: false,
};
const on = { CELOmitFunction: true, InstanceConditionEvents: true, InstanceConditionMetrics: true };

Deno.test("gates are off by default, and a gate's own value takes precedence over AllAlpha", () => {
  const cases: [string, Partial<typeof on>][] = [
    ["", off],
    ["CELOmitFunction=true", { ...off, CELOmitFunction: true }],
    [" CELOmitFunction = T , InstanceConditionEvents=0,", { ...off, CELOmitFunction: true }],
    ["AllAlpha=true", on],
    ["AllAlpha=1,CELOmitFunction=false", { ...on, CELOmitFunction: false }],
    ["CELOmitFunction=false,AllAlpha=true", { ...on, CELOmitFunction: false }],
    ["AllAlpha=true,AllAlpha=false", off],
    ["AllBeta=true", off],
  ];
  for (const [text, gates] of cases) assert.deepEqual(parseFeatureGates(text), gates, text);
});

Deno.test("an unknown gate and an invalid value are refused with the gate's name", () => {
  const cases: [string, RegExp][] = [
    [
      "CELOmitFuncion=true",
      /unknown feature gate "CELOmitFuncion"; did you mean "CELOmitFunction"/,
    ],
    ["Nothing=true", /unknown feature gate "Nothing"; known are CELOmitFunction, .*AllBeta/],
    ["celomitfunction=true", /unknown feature gate "celomitfunction"/],
    ["CELOmitFunction", /CELOmitFunction lacks a value/],
    ["CELOmitFunction=yes", /"yes" is neither true nor false/],
    ["CELOmitFunction=", /"" is neither/],
    ["toString=true", /unknown feature gate "toString"/],
  ];
  for (const [text, message] of cases) assert.throws(() => parseFeatureGates(text), { message });
});

const rgd = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: { name: gate }
spec:
  schema:
    apiVersion: v1alpha1
    kind: Gate
    spec: { name: string, note: 'string | default=""' }
  resources:
    - id: map
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: "\${schema.spec.name}" }
        data:
          note: "\${schema.spec.note != '' ? schema.spec.note : omit()}"
---
apiVersion: kro.run/v1alpha1
kind: Gate
metadata: { name: g }
spec: { name: g }
`;

Deno.test("omit() is available only with its feature gate", async () => {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(path, rgd);
  const kro = (...args: string[]) => runCommand(args);
  try {
    const gate = "--feature-gates=CELOmitFunction=true";
    const refused = await kro("render", "-f", path);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /CELOmitFunction/);
    const rendered = await kro("render", "-f", path, gate);
    assert.equal(rendered.code, 0, rendered.stderr);
    assert.match(rendered.stdout, /kind: ConfigMap/);
    assert.doesNotMatch(rendered.stdout, /note: ["']?omit/);
    assert.equal((await kro("validate", "--offline", "-f", path)).code, 1);
    assert.equal((await kro("validate", "--offline", "-f", path, gate)).code, 0);
    const unknown = await kro("validate", "--offline", "-f", path, "--feature-gates=Nope=true");
    assert.equal(unknown.code, 2);
    assert.equal(unknown.stderr.trim().split("\n").length, 1, unknown.stderr);
    assert.match(unknown.stderr, /unknown feature gate "Nope"/);
  } finally {
    await Deno.remove(path);
  }
});
