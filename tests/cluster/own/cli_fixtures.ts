/**
 * Creates namespaces, files and objects for the tests of the commands that run once and exit. The commands need no controller, and do not interfere with a running one.
 */
import assert from "node:assert/strict";
import { configMap, sharedControlPlane, testNamespace } from "../../support/cluster/mod.ts";
import { runCommand } from "../../support/command.ts";

/**
 * Creates a namespace, and writes a copy of the httpbin example to files. The copy uses an API
 * group that no other test uses.
 */
export async function example() {
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
export function rgdOf(group: string, kind: string, spec: object, resources: unknown[]) {
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
export async function nestedExample() {
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
export function results(stdout: string): Record<string, string> {
  const rows = stdout.trim().split("\n").slice(1).map((line) => line.split(/\s{2,}/));
  return Object.fromEntries(rows.map((cells) => [cells[0]!, cells.at(-1)!]));
}
