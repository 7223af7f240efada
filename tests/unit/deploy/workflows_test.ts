/** Checks the workflows of GitHub Actions, and runs those of their steps that can run on any machine. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { read, root } from "../../support/documents.ts";
import { actionlint, withGo } from "../../support/tools/mod.ts";
import { commandOf, runStep, workflow, WORKFLOWS, workflowSteps } from "../../support/workflows.ts";

/** The workflow steps that a test runs, each with the test or the command that runs the step. */
const RUN_BY: Record<string, string> = {
  "Install the packages of deno.lock": "this file",
  "Build the release": "release_test.ts",
  "Verify the checksums": "release_test.ts",
  "Run the example": "tests/cluster/own/example_test.ts",
  "Run all checks": ".ci/run, which runs this test",
};

/**
 * The workflow steps that cannot run in a test, each with the reason: the tools or the time that the step
 * needs.
 */
const NEEDS: Record<string, string> = {
  "Build helm": "two minutes; tests/support/helm builds the same module",
  "Unpack the executable": "Deno's base binary",
  "Start the executable": "kind, Deno's base binary",
  "Show the log of the executable": "a failed release",
  "Build the image": "docker",
  "Install the chart with the image": "docker, kind",
  "Show the log of the image": "a failed release",
  "Log in to the registry": "docker, GitHub's registry",
  "Push the image": "docker, GitHub's registry",
  "Push the chart": "GitHub's registry",
  "Sign the image and the checksums": "cosign, GitHub's identity service",
  "Create the release": "gh, GitHub's API",
};

Deno.test(withGo("actionlint finds no problem in the workflows", async () => {
  assert.deepEqual(WORKFLOWS.map((file) => file.split("/").at(-1)), ["ci.yml", "release.yml"]);
  assert.deepEqual(await actionlint(WORKFLOWS.map((file) => join(root, file))), {
    code: 0,
    stdout: "",
  });
  const broken = await Deno.makeTempFile({ suffix: ".yml" });
  try {
    const job = "{runs-on: ubuntu-latest, steps: [{run: 'echo ${{ nothing.here }}'}]}";
    await Deno.writeTextFile(broken, `on: push\njobs: {a: ${job}}\n`);
    const { code, stdout } = await actionlint([broken]);
    assert.match(stdout, /undefined variable "nothing"/);
    assert.equal(code, 1);
  } finally {
    await Deno.remove(broken);
  }
}));

Deno.test("actions are pinned by commit, with the version in a comment", () => {
  for (const file of WORKFLOWS) {
    const uses = read(file).split("\n").filter((line) => /^\s*(- )?uses:/.test(line));
    assert.ok(uses.length > 0, file);
    const loose = uses.filter((line) =>
      !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)
    );
    assert.deepEqual(loose, [], file);
  }
  const versions = Map.groupBy(
    WORKFLOWS.flatMap((file) => [...read(file).matchAll(/uses: (\S+)@(\S+ # \S+)/g)]),
    ([, action]) => action!,
  );
  for (const [action, found] of versions) {
    assert.equal(new Set(found.map(([, , version]) => version)).size, 1, `${action}: two versions`);
  }
});

Deno.test("only the job that publishes has rights to write, and no checkout keeps its token", () => {
  for (const file of WORKFLOWS) {
    const { permissions, jobs } = workflow(file);
    assert.deepEqual(permissions, { contents: "read" }, file);
    const writers = Object.entries(jobs).filter(([, job]) => job.permissions).map(([name]) => name);
    assert.deepEqual(writers, file.endsWith("release.yml") ? ["publish"] : []);
  }
  const checkouts = workflowSteps().filter(({ step }) =>
    step.uses?.startsWith("actions/checkout@")
  );
  assert.ok(checkouts.length > 0);
  for (const { step } of checkouts) assert.equal(step.with?.["persist-credentials"], false);
});

Deno.test("commands read values of GitHub from the environment, which prevents injection", () => {
  for (const { file, step } of workflowSteps()) assert.doesNotMatch(step.run ?? "", /\$\{\{/, file);
});

Deno.test("every command of a workflow is run by a test, or needs something that tests cannot provide", () => {
  const names = new Set(
    workflowSteps().filter(({ step }) => step.run).map(({ step }) => step.name ?? step.run!),
  );
  assert.deepEqual([...names].sort(), Object.keys({ ...RUN_BY, ...NEEDS }).sort());
  for (const script of commandOf("Run the example").split("\n")) {
    assert.ok(Deno.statSync(join(root, script)).mode! & 0o100, script);
  }
  assert.equal(commandOf("Run all checks"), ".ci/run");
});

Deno.test("the step that installs the packages leaves deno.lock as it is", async () => {
  const lock = read("deno.lock");
  const { code, stderr } = await runStep("Install the packages of deno.lock");
  assert.equal(code, 0, stderr);
  assert.equal(read("deno.lock"), lock);
});
