/**
 * Tests of the commands that run once and exit, on a real control plane. The commands need no
 * controller, and do not interfere with a running one.
 */
import assert from "node:assert/strict";
import {
  configMap,
  eventually,
  installOwnCrds,
  sharedControlPlane,
  testNamespace,
} from "../../support/cluster/mod.ts";
import { runCommand } from "../../support/command.ts";

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
  const kro = (...args: string[]) =>
    runCommand([...args, "--kubeconfig", controlPlane.kubeconfigFor("kro"), "-n", space.name]);
  const succeed = async (...args: string[]) => {
    const result = await kro(...args);
    assert.equal(result.code, 0, result.stderr);
    return result;
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
    /** The name of the kind that kro generates, as kubectl accepts it. */
    kind: `httpbinapps.${group}`,
    /** Runs a command of kro in the namespace of this example. */
    kro,
    /** Runs a command of kro in the namespace of this example, and checks that its exit code is 0. */
    succeed,
    get,
    async [Symbol.asyncDispose]() {
      await controlPlane.kubectl(["delete", "crd", `httpbinapps.${group}`, "--ignore-not-found"]);
      await Deno.remove(dir, { recursive: true });
      await space[Symbol.asyncDispose]();
    },
  };
}

/**
 * Returns an RGD that defines `kind`. `spec` is the SimpleSchema of its instances, and `resources` are its
 * nodes.
 */
function rgdOf(group: string, kind: string, spec: object, resources: unknown[]) {
  return {
    apiVersion: "kro.run/v1alpha1",
    kind: "ResourceGraphDefinition",
    metadata: { name: `${kind.toLowerCase()}.${group}` },
    spec: { schema: { group, apiVersion: "v1alpha1", kind, spec }, resources },
  };
}

/**
 * Returns three RGDs, which define three kinds of this API group. An instance of a kind contains an instance
 * of the next kind, and an instance of the last kind contains a ConfigMap.
 */
function nestedRgds(group: string) {
  const kinds = ["Outer", "Middle", "Inner"];
  return kinds.map((kind, i) => {
    const next = kinds[i + 1];
    const content = next
      ? {
        id: "content",
        template: {
          apiVersion: `${group}/v1alpha1`,
          kind: next,
          metadata: { name: "${schema.metadata.name}-in" },
          spec: {},
        },
      }
      : configMap("content", "${schema.metadata.name}-map", { a: "b" });
    const includeWhen = ["${schema.spec.full}"];
    return rgdOf(group, kind, { full: "boolean | default=true" }, [{ ...content, includeWhen }]);
  });
}

/**
 * Returns an example of nested kinds, with applied RGDs and an applied instance `a` of the outermost kind.
 */
async function nestedExample() {
  const e = await example();
  const instance = (spec: object) => ({
    apiVersion: `${e.group}/v1alpha1`,
    kind: "Outer",
    metadata: { name: "a" },
    spec,
  });
  const list = { apiVersion: "v1", kind: "List", items: nestedRgds(e.group) };
  await Deno.writeTextFile(`${e.dir}/nested.json`, JSON.stringify(list));
  await Deno.writeTextFile(`${e.dir}/outer.json`, JSON.stringify(instance({})));
  await Deno.writeTextFile(`${e.dir}/empty.json`, JSON.stringify(instance({ full: false })));
  await e.succeed("apply", "-f", `${e.dir}/nested.json`);
  await e.succeed("apply", "-f", `${e.dir}/outer.json`);
  assert.ok(await e.get("configmap", "a-in-in-map"));
  return {
    ...e,
    async left() {
      const kinds = ["outers", "middles", "inners"].map((name) => `${name}.${e.group}`);
      const args = ["get", [...kinds, "configmap"].join(","), "-n", e.namespace, "-o", "name"];
      const { stdout } = await e.kubectl(args);
      return stdout.split("\n").filter((line) => line !== "" && !line.includes("kube-root-ca"));
    },
    async [Symbol.asyncDispose]() {
      await e.kro("delete", "-f", `${e.dir}/nested.json`);
      const crds = ["outers", "middles", "inners"].map((name) => `${name}.${e.group}`);
      await e.kubectl(["delete", "crd", ...crds, "--ignore-not-found"]);
      await e[Symbol.asyncDispose]();
    },
  };
}

/**
 * Returns the last column of each row in a table that kro has printed, such as `created`. The keys are the
 * first column, which contains the kind of the object.
 */
function results(stdout: string): Record<string, string> {
  const rows = stdout.trim().split("\n").slice(1).map((line) => line.split(/\s{2,}/));
  return Object.fromEntries(rows.map((cells) => [cells[0]!, cells.at(-1)!]));
}

Deno.test("apply creates the objects, a second apply changes nothing, delete leaves only the CRD", async () => {
  await using e = await example();
  const first = await e.succeed("apply", "-f", e.dir);
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

  const again = await e.succeed("apply", "-f", e.dir);
  assert.equal(results(again.stdout).Deployment, "unchanged");
  const after = await e.get("deployment", "httpbin");
  assert.equal(after.metadata.generation, deployment.metadata.generation);

  await e.succeed("delete", "-f", e.dir);
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

Deno.test("commands that publish one RGD at the same time all succeed", async () => {
  await using e = await example();
  const apply = () => e.kro("apply", "-f", `${e.dir}/rgd.yaml`, "--force-local");
  for (const result of await Promise.all([apply(), apply(), apply()])) {
    assert.equal(result.code, 0, result.stderr);
  }
  await e.succeed("delete", "-f", `${e.dir}/rgd.yaml`);
});

Deno.test("delete removes the instances of other graphs that an instance contains, and their objects", async () => {
  await using e = await nestedExample();
  const deleted = await e.succeed("delete", `outer.${e.group}/a`);
  assert.deepEqual(results(deleted.stdout), {
    Outer: "deleted",
    Middle: "deleted",
    Inner: "deleted",
    ConfigMap: "deleted",
  });
  assert.deepEqual(await e.left(), []);
});

Deno.test("delete removes nested instances whose ResourceGraphDefinition no longer exists", async () => {
  await using e = await nestedExample();
  await e.succeed("delete", `rgd/inner.${e.group}`, `rgd/middle.${e.group}`);
  await e.succeed("delete", "-f", `${e.dir}/outer.json`);
  assert.deepEqual(await e.left(), []);
});

Deno.test("apply and reconcile delete the objects of a pruned instance of another graph", async () => {
  await using e = await nestedExample();
  const pruned = await e.succeed("apply", "-f", `${e.dir}/empty.json`);
  assert.deepEqual(results(pruned.stdout), {
    Outer: "ACTIVE",
    Middle: "pruned",
    Inner: "deleted",
    ConfigMap: "deleted",
  });
  assert.deepEqual(await e.left(), [`outer.${e.group}/a`]);

  await e.succeed("apply", "-f", `${e.dir}/outer.json`);
  const patch = '{"spec":{"full":false}}';
  const outer = `outers.${e.group}`;
  await e.kubectl(["patch", outer, "a", "-n", e.namespace, "--type=merge", "-p", patch]);
  await e.succeed("reconcile", `${outer}/a`);
  assert.deepEqual(await e.left(), [`outer.${e.group}/a`]);
  await e.kro("delete", `${outer}/a`);
});

Deno.test("apply creates a nested instance again that is being deleted", async () => {
  await using e = await nestedExample();
  const middle = `middles.${e.group}`;
  const before = await e.get(middle, "a-in");
  await e.kubectl(["delete", middle, "a-in", "-n", e.namespace, "--wait=false"]);
  await e.succeed("apply", "-f", `${e.dir}/outer.json`);
  const after = await e.get(middle, "a-in");
  assert.notEqual(after.metadata.uid, before.metadata.uid);
  assert.equal(after.status.state, "ACTIVE");
  await e.succeed("delete", `outers.${e.group}/a`);
});

Deno.test("reconcile of one object prints the result of this object alone", async () => {
  await using e = await nestedExample();
  const broken = rgdOf(e.group, "Broken", { a: "strng" }, []);
  await e.kubectl(["apply", "-f", "-"], { stdin: JSON.stringify(broken) });
  const inner = await e.succeed("reconcile", `inners.${e.group}/a-in-in`);
  assert.deepEqual(results(inner.stdout), { Inner: "ACTIVE", ConfigMap: "unchanged" });
  assert.equal(inner.stderr, `Inner ${e.namespace}/a-in-in: ACTIVE`);

  const rgd = await e.succeed("reconcile", `rgd/outer.${e.group}`);
  assert.deepEqual(results(rgd.stdout), { ResourceGraphDefinition: "Active" });
  const absent = await e.kro("reconcile", `rgd/absent.${e.group}`);
  assert.equal(absent.code, 1);
  assert.deepEqual(results(absent.stdout), { ResourceGraphDefinition: "not found" });
  await e.kro("delete", `rgd/broken.${e.group}`);
  await e.succeed("delete", `outers.${e.group}/a`);
});

Deno.test("a deletion that times out names the objects whose finalizers hold it up", async () => {
  await using e = await nestedExample();
  const hold = (finalizers: string[]) =>
    e.kubectl([
      ...["patch", "configmap", "a-in-in-map", "-n", e.namespace, "--type=merge"],
      ...["-p", JSON.stringify({ metadata: { finalizers } })],
    ]);
  await hold(["example.com/hold"]);
  const late = await e.kro("delete", `outers.${e.group}/a`, "--timeout", "3s");
  assert.equal(late.code, 1);
  const text = `ConfigMap ${e.namespace}/a-in-in-map (finalizers: example.com/hold)`;
  assert.ok(late.stderr.includes(`timed out; deleting apply-order wave 1: waiting for ${text}`));
  await hold([]);
  await e.succeed("delete", `outers.${e.group}/a`);
  assert.deepEqual(await e.left(), []);
});

Deno.test("apply removes fields that a file lost since kubectl applied it", async () => {
  await using e = await example();
  await installOwnCrds(e.kubeconfig);
  const map = configMap("map", "${schema.metadata.name}", { a: "${schema.spec.a}" });
  const rgd = (fields: object) => rgdOf(e.group, "Kept", fields, [map]);
  const instance = (spec: object) => ({
    apiVersion: `${e.group}/v1alpha1`,
    kind: "Kept",
    metadata: { name: "a", namespace: e.namespace },
    spec,
  });
  const byKubectl = async (object: object) =>
    assert.equal(
      (await e.kubectl(["apply", "-f", "-"], { stdin: JSON.stringify(object) })).code,
      0,
    );
  const byKro = async (object: object) => {
    await Deno.writeTextFile(`${e.dir}/object.json`, JSON.stringify(object));
    await e.succeed("apply", "-f", `${e.dir}/object.json`);
  };
  const a = 'string | default="1"';
  try {
    await byKubectl(rgd({ a, b: "string" }));
    await byKro(rgd({ a, b: "string" }));
    await byKubectl(instance({ a: "2", b: "x" }));
    await byKro(instance({}));
    const applied = await e.get(`kepts.${e.group}`, "a");
    assert.deepEqual(applied.spec, { a: "1" });
    const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    assert.equal(applied.metadata.annotations[lastApplied], undefined);
    assert.equal((await e.get("configmap", "a")).data.a, "1");

    await byKubectl(rgd({ a, b: "string", c: "string" }));
    await byKro({
      ...rgd({ a, b: "string" }),
      metadata: {
        name: `kept.${e.group}`,
        annotations: { "kro.run/allow-breaking-changes": "true" },
      },
    });
    const { spec } = await e.get("rgd", `kept.${e.group}`);
    assert.deepEqual(spec.schema.spec, { a, b: "string" });
  } finally {
    await e.kro("delete", `kepts.${e.group}/a`);
    await e.kro("delete", `rgd/kept.${e.group}`);
    await e.kubectl(["delete", "crd", `kepts.${e.group}`, "--ignore-not-found"]);
  }
});

Deno.test("reconcile repairs drifted objects", async () => {
  await using e = await example();
  await e.succeed("apply", "-f", e.dir);
  const patch = '{"spec":{"selector":{"app":"other"}}}';
  await e.kubectl(["patch", "service", "httpbin", "-n", e.namespace, "--type=merge", "-p", patch]);
  const { stdout } = await e.succeed("reconcile", `${e.kind}/demo-httpbin`);
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
  await e.succeed("apply", "-f", e.dir, "--force-local");
  await e.kro("delete", "-f", e.dir, "--force-local");
  // Removes the Lease. The Lease names a holder that does not exist, and other tests would wait for this
  // holder.
  await e.kubectl(["delete", "lease", "controller.kro.run", "-n", e.namespace]);
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
