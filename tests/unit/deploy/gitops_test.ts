/**
 * Tests of the health checks for Argo CD and Flux. The tests run the checks with the libraries that Argo CD
 * and Flux use, on instances whose statuses kro's code computes. `tests/cluster/own/gitops_test.ts` tests the
 * checks on RGDs.
 */
import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/api/mod.ts";
import { read } from "../../support/documents.ts";
import { ARGO_PATTERNS, FLUX_CHECKS, healthOf } from "../../support/gitops.ts";
import { ask, withGo } from "../../support/tools/mod.ts";
import { configMap, mapNode, type World, world } from "../reconcile/fixtures.ts";

const ONE = `
schema: {spec: {value: string | default="x"}}
resources:${mapNode("a", "${schema.spec.value}")}`;
const WAITING = `
resources:${mapNode("a", "x", '\n    readyWhen: ["${a.data.value == \\"y\\"}"]')}`;
const FAILING = `
resources:${mapNode("a", "${string(1 / (size(schema.metadata.name) - 4))}")}`;
const AUTHORED = `
schema:
  status:
    conditions:
      - "\${runtime.newCondition({type: 'Serving', status: 'True', message: a.data.value})}"
resources:${mapNode("a", "x")}`;

const suspend = (w: World, value = "suspended") =>
  w.cluster.edit(w.ref(), (d) => {
    d.metadata.annotations = { ...d.metadata.annotations, "kro.run/reconcile": value };
  });

/** Returns an instance after kro has converged it. */
async function converged(yaml: string): Promise<World> {
  const w = await world(yaml);
  w.create();
  await w.converge();
  return w;
}

interface Case {
  name: string;
  make: () => Promise<KubeObject>;
  argo: string;
  message?: RegExp;
  flux: string | RegExp;
}

const CASES: Case[] = [
  {
    name: "an instance without status",
    make: async () => (await world(ONE)).create(),
    argo: "Progressing",
    flux: /^error: .*no such attribute.*status/,
  },
  {
    name: "an active instance",
    make: async () => (await converged(ONE)).instance(),
    argo: "Healthy",
    flux: "Current",
  },
  {
    name: "an instance that changed after the last pass",
    make: async () => {
      const w = await converged(ONE);
      w.change({ value: "y" });
      return w.instance();
    },
    argo: "Progressing",
    message: /latest change/,
    flux: "InProgress",
  },
  {
    name: "an instance that waits for a node",
    make: async () => (await converged(WAITING)).instance(),
    argo: "Progressing",
    message: /waiting for node "a"/,
    flux: "InProgress",
  },
  {
    name: "an instance with a failed expression",
    make: async () => {
      const w = await world(FAILING);
      w.create();
      await w.pass();
      return w.instance();
    },
    argo: "Degraded",
    message: /division by zero/,
    flux: "Failed",
  },
  {
    name: "a suspended instance",
    make: async () => {
      const w = await converged(ONE);
      suspend(w);
      await w.converge();
      return w.instance();
    },
    argo: "Suspended",
    flux: "InProgress",
  },
  {
    name: "a suspended instance with an error, before kro has read the annotation",
    make: async () => {
      const w = await world(FAILING);
      w.create();
      await w.pass();
      suspend(w, "disabled");
      return w.instance();
    },
    argo: "Suspended",
    flux: "InProgress",
  },
  {
    name: "a suspended instance whose annotation has capital letters",
    make: async () => {
      const w = await converged(ONE);
      suspend(w, "Suspended");
      await w.converge();
      return w.instance();
    },
    argo: "Suspended",
    flux: "InProgress",
  },
  {
    name: "an instance of a suspended RGD",
    make: async () => {
      const w = await converged(ONE);
      w.context = { ...w.context, suspended: true };
      await w.converge();
      return w.instance();
    },
    argo: "Suspended",
    flux: "InProgress",
  },
  {
    name: "an instance that is being deleted",
    make: async () => {
      const w = await converged(ONE);
      w.cluster.edit(configMap("demo-a"), (d) => d.metadata.finalizers = ["example.com/hold"]);
      w.cluster.evict(w.ref());
      await w.pass();
      return w.instance();
    },
    argo: "Progressing",
    message: /deleting/,
    flux: "InProgress",
  },
  {
    name: "an active instance with conditions that the RGD declares",
    make: async () => (await converged(AUTHORED)).instance(),
    argo: "Healthy",
    flux: "Current",
  },
];

for (const { name, make, argo, message, flux } of CASES) {
  Deno.test(withGo(`health of ${name}: ${argo}`, async () => {
    const [health] = await healthOf([await make()], "instance");
    assert.equal(health!.argo, argo);
    if (message) assert.match(health!.message, message);
    if (typeof flux === "string") assert.equal(health!.flux, flux);
    else assert.match(health!.flux, flux);
  }));
}

Deno.test(
  withGo("the pattern for Argo CD matches all kinds of the listed groups only", async () => {
    const [glob] = Object.keys(ARGO_PATTERNS);
    const kinds = ["duffy.xyz/HttpbinApp", "kro.run/WebApp", "apps/Deployment", "Service"];
    const answers = await ask(kinds.map((kind) => ({ glob: glob!, kind })));
    assert.deepEqual(answers.map(({ status }) => status), ["true", "true", "false", "false"]);
  }),
);

Deno.test("the checks for Flux are for the RGD and the instance of the example", () => {
  assert.deepEqual(FLUX_CHECKS.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`), [
    "kro.run/v1alpha1 ResourceGraphDefinition",
    "duffy.xyz/v1alpha1 HttpbinApp",
  ]);
});

Deno.test(withGo("Flux's substitution damages an RGD, unless $ is doubled", async () => {
  const rgd = read("deploy/examples/httpbin/rgd.yaml");
  const variables = { cluster: "west" };
  const escaped = `${rgd.replaceAll("${", () => "$${")}# \${cluster}\n`;
  const [refused, emptied, kept] = await ask([
    { text: rgd, variables },
    { text: "key: ${name}", variables },
    { text: escaped, variables },
  ]);
  assert.equal(refused!.error, "missing closing brace");
  assert.equal(emptied!.status, "key: ");
  assert.equal(kept!.error, undefined);
  assert.equal(kept!.status, `${rgd}# west\n`);
}));
