/**
 * Tests of the exit codes and the messages of commands that are given a faulty RGD, a missing object, an
 * unknown kind or an unknown token, on a real control plane.
 */
import assert from "node:assert/strict";
import { configMap, NAME } from "../../support/cluster/mod.ts";
import { runCommand } from "../../support/command.ts";
import { example, nestedExample, results, rgdOf } from "./cli_fixtures.ts";

Deno.test("a rejected RGD exits with 1 and prints the message of its condition", async () => {
  await using e = await example();
  const path = `${e.dir}/rgd.yaml`;
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace("${schema.spec.replicas}", "${schema.spec.replica}"));
  const { code, stderr, stdout } = await e.kro("apply", "-f", e.dir);
  assert.equal(code, 1);
  assert.match(stderr, /node "deployment": template\.spec\.replicas: \$\{schema\.spec\.replica\}/);
  assert.equal(results(stdout).ResourceGraphDefinition, "Inactive");
  const { status } = await e.get("rgd", e.namespace);
  assert.equal(status.state, "Inactive");
  // deno-lint-ignore no-explicit-any -- a condition as kubectl prints it
  const accepted = status.conditions.find((c: any) => c.type === "GraphAccepted");
  assert.equal(accepted.status, "False");
  assert.equal(accepted.reason, "InvalidResourceGraph");
  assert.ok(stderr.includes(accepted.message), `${stderr}\n---\n${accepted.message}`);
  await e.kro("delete", "-f", path);
});

Deno.test("a missing object exits with 1 and a suggestion, and the other objects are processed", async () => {
  await using e = await nestedExample();
  const kind = `inners.${e.group}`;
  const noSuch = `Inner.${e.group} ${e.namespace}/none does not exist in the cluster`;
  const listed = `${noSuch}; kro get inners -n ${e.namespace} lists the names`;
  for (const command of ["get", "describe", "why", "reconcile", "delete"]) {
    const { code, stderr } = await e.kro(command, `${kind}/none`);
    assert.deepEqual([code, stderr], [1, `error: ${listed}`], command);
    const unknown = await e.kro(command, "resourcegraphdefinitoin/none");
    assert.match(unknown.stderr, /no kind "\S+": did you mean "resourcegraphdefinition"\?$/);
    assert.equal(unknown.code, 2);
  }
  const flags = ["--force-local", "-o", "table"];
  const both = await e.kro("delete", `${kind}/none`, `outers.${e.group}/a`, ...flags);
  assert.equal(both.code, 1);
  assert.equal(results(both.stdout).Outer, "deleted");
  const empty = await e.kro("get", `${kind}/none`);
  assert.equal(empty.stderr, `error: ${noSuch}; kro get inners -A lists the names`);
});

Deno.test("apply refuses a kind that no RGD defines, before it writes", async () => {
  await using e = await example();
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "plain" } };
  await Deno.writeTextFile(`${e.dir}/map.json`, JSON.stringify(map));
  const path = `${e.dir}/map.json`;
  for (const files of [["-f", path], ["-f", `${e.dir}/rgd.yaml`, "-f", path]]) {
    const { code, stderr, lines } = await e.kro("apply", ...files, "--timeout", "5s");
    assert.match(
      stderr,
      /map\.json: no ResourceGraphDefinition serves the kind ConfigMap in v1: .*kubectl applies objects/,
    );
    assert.deepEqual([code, lines], [2, 1]);
  }
  assert.equal(await e.get("configmap", "plain"), undefined);
  assert.equal(await e.get("crd", e.kind), undefined);
  const planned = await e.kro("plan", "-f", `${e.dir}/rgd.yaml`, "-f", path);
  assert.match(planned.stderr, /map\.json: no ResourceGraphDefinition serves the kind ConfigMap/);
  assert.equal(planned.code, 2);
});

Deno.test("apply names what it applied before an error", async () => {
  await using e = await example();
  const rgd = rgdOf(e.group, "Note", { size: "integer | maximum=3" }, [
    configMap("map", NAME, { a: "b" }),
  ]);
  const note = (name: string, size: number) => ({
    apiVersion: `${e.group}/v1alpha1`,
    kind: "Note",
    metadata: { name },
    spec: { size },
  });
  const items = [rgd, note("good", 1), note("bad", 5), note("last", 1)];
  const path = `${e.dir}/notes.json`;
  await Deno.writeTextFile(path, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  const { code, stderr } = await e.kro("apply", "-f", path);
  assert.equal(code, 1, stderr);
  const [summary, error] = stderr.split("\n").slice(-2);
  assert.equal(
    summary,
    `2 of 4 objects were applied; applied: ResourceGraphDefinition ${rgd.metadata.name}, Note good; ` +
      "not applied: Note bad, Note last; to continue, correct the cause of the error, and run the same command again",
  );
  assert.match(error!, /^error: .*bad.*spec\.size/);
  await e.succeed("delete", "-f", path);
  await e.kubectl(["delete", "crd", `notes.${e.group}`]);
});

Deno.test("an unknown token and an unknown kind print one line each", async () => {
  await using e = await example();
  const config = (await Deno.readTextFile(e.kubeconfigFor("kro"))).replaceAll(
    e.token("kro"),
    "old",
  );
  const path = `${e.dir}/kubeconfig`;
  await Deno.writeTextFile(path, config);
  const { code, stderr, lines } = await runCommand(["reconcile", "--kubeconfig", path]);
  assert.equal(code, 2);
  assert.equal(lines, 1);
  assert.match(stderr, new RegExp(`401|credentials of ${path}`));

  const unknown = await e.kro("apply", "-f", `${e.dir}/instance.yaml`);
  assert.equal(unknown.code, 2);
  assert.match(
    unknown.stderr,
    /no ResourceGraphDefinition serves the kind HttpbinApp in .*: add the ResourceGraphDefinition that/,
  );
});
