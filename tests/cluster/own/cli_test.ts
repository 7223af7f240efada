/**
 * Tests of the commands that run once and exit, on a real control plane. The commands need no
 * controller, and do not interfere with a running one.
 */
import assert from "node:assert/strict";
import { main } from "../../../src/cli/mod.ts";
import { eventually, sharedControlPlane, testNamespace } from "../../support/cluster/mod.ts";

/**
 * Creates a namespace, and writes a copy of the httpbin example to files. The copy uses an API
 * group that no other test uses.
 */
async function example() {
  const controlPlane = await sharedControlPlane();
  const space = await testNamespace("cli");
  const group = `${space.name}.example.dev`;
  const dir = await Deno.makeTempDir();
  const source = new URL("../../../deploy/examples/httpbin", import.meta.url).pathname;
  for (const file of ["rgd.yaml", "instance.yaml"]) {
    const text = await Deno.readTextFile(`${source}/${file}`);
    const own = text.replaceAll("duffy.xyz", group)
      .replace("  name: httpbin\nspec:\n  schema", `  name: ${space.name}\nspec:\n  schema`);
    await Deno.writeTextFile(`${dir}/${file}`, own);
  }
  const kro = async (...args: string[]) => {
    let stdout = "";
    const stderr: string[] = [];
    const out = (text: string) => void (stdout += text);
    const all = [...args, "--kubeconfig", controlPlane.kubeconfigFor("kro"), "-n", space.name];
    const code = await main(all, { out, err: (line) => stderr.push(line), colour: false });
    return { code, stdout, stderr: stderr.join("\n") };
  };
  const get = async (resource: string, name: string) => {
    const args = ["get", resource, name, "-n", space.name, "-o", "json", "--ignore-not-found"];
    const { stdout } = await controlPlane.kubectl(args);
    return stdout === "" ? undefined : JSON.parse(stdout);
  };
  return {
    ...controlPlane,
    dir,
    group,
    namespace: space.name,
    /** The generated kind's name for kubectl. */
    kind: `httpbinapps.${group}`,
    kro,
    get,
    async [Symbol.asyncDispose]() {
      await controlPlane.kubectl(["delete", "crd", `httpbinapps.${group}`, "--ignore-not-found"]);
      await Deno.remove(dir, { recursive: true });
      await space[Symbol.asyncDispose]();
    },
  };
}

/** Returns the results in a printed table, by `Kind name`. */
function results(stdout: string): Record<string, string> {
  const rows = stdout.trim().split("\n").slice(1).map((line) => line.split(/\s{2,}/));
  return Object.fromEntries(rows.map((cells) => [cells[0]!, cells.at(-1)!]));
}

Deno.test("apply creates the objects, a second apply changes nothing, delete leaves only the CRD", async () => {
  await using e = await example();
  const first = await e.kro("apply", "-f", e.dir);
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual(results(first.stdout), {
    ResourceGraphDefinition: "Active",
    ServiceAccount: "created",
    Deployment: "created",
    Service: "created",
    HttpbinApp: "ACTIVE",
  });
  const deployment = await e.get("deployment", "httpbin");
  assert.equal(deployment.metadata.labels["kro.run/node-id"], "deployment");
  const service = await e.get("service", "httpbin");
  assert.deepEqual(service.spec.selector, deployment.spec.template.metadata.labels);

  const again = await e.kro("apply", "-f", e.dir);
  assert.equal(again.code, 0, again.stderr);
  assert.equal(results(again.stdout).Deployment, "unchanged");
  const after = await e.get("deployment", "httpbin");
  assert.equal(after.metadata.generation, deployment.metadata.generation);

  const deleted = await e.kro("delete", "-f", e.dir);
  assert.equal(deleted.code, 0, deleted.stderr);
  for (const kind of ["serviceaccount", "deployment", "service"]) {
    assert.equal(await e.get(kind, "httpbin"), undefined, kind);
  }
  assert.equal(await e.get(e.kind, "demo-httpbin"), undefined);
  assert.equal(await e.get("rgd", e.namespace), undefined);
  assert.ok(await e.get("crd", e.kind), "the generated CRD stays");
  await eventually(
    "the revisions are gone",
    async () => await e.get("graphrevisions", `${e.namespace}-r00001`) === undefined,
  );
});

Deno.test("reconcile repairs drifted objects", async () => {
  await using e = await example();
  assert.equal((await e.kro("apply", "-f", e.dir)).code, 0);
  const patch = '{"spec":{"selector":{"app":"other"}}}';
  await e.kubectl(["patch", "service", "httpbin", "-n", e.namespace, "--type=merge", "-p", patch]);
  const { code, stdout, stderr } = await e.kro("reconcile", `${e.kind}/demo-httpbin`);
  assert.equal(code, 0, stderr);
  assert.equal(results(stdout).Service, "configured");
  assert.deepEqual((await e.get("service", "httpbin")).spec.selector, {
    app: "httpbin",
    version: "v1",
  });
  await e.kro("delete", "-f", e.dir);
});

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

Deno.test("apply leaves instances to a live controller, unless --force-local is set", async () => {
  await using e = await example();
  const spec = {
    holderIdentity: "somebody_1",
    leaseDurationSeconds: 60,
    renewTime: new Date().toISOString().replace("Z", "000Z"),
  };
  const lease = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "controller.kro.run", namespace: e.namespace },
    spec,
  };
  await e.kubectl(["apply", "-f", "-"], { stdin: JSON.stringify(lease) });
  const left = await e.kro("apply", "-f", `${e.dir}/rgd.yaml`, "--timeout", "3s");
  assert.equal(left.code, 1);
  assert.match(left.stderr, /left to the controller somebody_1 in namespace cli-/);
  assert.match(left.stderr, /timed out/);
  assert.equal(await e.get("crd", e.kind), undefined, "the command reconciled nothing itself");
  const forced = await e.kro("apply", "-f", e.dir, "--force-local");
  assert.equal(forced.code, 0, forced.stderr);
  await e.kro("delete", "-f", e.dir, "--force-local");
  // Removes the Lease, because other tests would wait for its holder, which does not exist.
  await e.kubectl(["delete", "lease", "controller.kro.run", "-n", e.namespace]);
});

Deno.test("an unknown token and an unknown kind print one line each", async () => {
  await using e = await example();
  const config = (await Deno.readTextFile(e.kubeconfigFor("kro"))).replaceAll(
    e.token("kro"),
    "old",
  );
  const path = `${e.dir}/kubeconfig`;
  await Deno.writeTextFile(path, config);
  const stderr: string[] = [];
  const output = { out: () => {}, err: (line: string) => void stderr.push(line), colour: false };
  const code = await main(["reconcile", "--kubeconfig", path], output);
  assert.equal(code, 2);
  assert.equal(stderr.length, 1);
  assert.match(stderr[0]!, new RegExp(`401|credentials of ${path}`));

  const unknown = await e.kro("apply", "-f", `${e.dir}/instance.yaml`);
  assert.equal(unknown.code, 2);
  assert.match(
    unknown.stderr,
    /no kind HttpbinApp in .*: add the ResourceGraphDefinition that defines it/,
  );
});
