/**
 * Tests of the complete output of the commands that read or change a cluster. The expected output is in the
 * folder `golden` of the unit tests of the commands; with `UPDATE_GOLDEN=1`, the tests write it anew.
 */
import assert from "node:assert/strict";
import { table } from "../../../src/cli/mod.ts";
import {
  configMap,
  eventually,
  kroTest,
  kubectl,
  NAME,
  serviceAccountIn,
  sharedControlPlane,
  startKro,
} from "../../support/cluster/mod.ts";
import { runCommand } from "../../support/command.ts";
import { guarded } from "../../support/controlplane/guard.ts";
import { withoutVariableParts } from "../../support/golden.ts";

const GOLDEN = new URL("../../unit/cli/golden/", import.meta.url);

/** Returns an RGD with this name and API group. Its instances consist of a ConfigMap and a copy of it. */
function rgdOf(name: string, group: string) {
  const resources = [
    configMap("map", `${NAME}-map`, { color: "${schema.spec.color}" }),
    configMap("copy", `${NAME}-copy`, { color: "${map.data.color}" }),
  ];
  const schema = { group, apiVersion: "v1alpha1", kind: "Paint", spec: { color: "string" } };
  const [apiVersion, kind] = ["kro.run/v1alpha1", "ResourceGraphDefinition"];
  return { apiVersion, kind, metadata: { name }, spec: { schema, resources } };
}

/** Returns a printed table with columns as wide as the cells in which `clean` replaces the generated names. */
function cleanTable(text: string, clean: (text: string) => string): string {
  const [header = "", ...lines] = text.trimEnd().split("\n");
  const starts = [...header.matchAll(/\S+/g)].map(({ index }) => index);
  const cells = (line: string) =>
    starts.map((start, i) => clean(line.slice(start, starts[i + 1]).trim()));
  return table(cells(header), lines.map(cells));
}

/** Compares a text with a golden file, or writes the file with `UPDATE_GOLDEN=1`. */
async function isGolden(file: string, text: string): Promise<void> {
  const path = new URL(file, GOLDEN);
  if (Deno.env.has("UPDATE_GOLDEN")) await Deno.writeTextFile(path, text);
  assert.equal(text, await Deno.readTextFile(path), file);
}

kroTest("commands that read or change a cluster print their golden files", async (s) => {
  const group = `${s.namespace}.example.com`;
  const kubeconfig = (await sharedControlPlane()).kubeconfigFor("kro");
  const dir = await Deno.makeTempDir();
  const name = `paint-${s.namespace}`;
  const clean = (text: string) =>
    withoutVariableParts(text).replaceAll(group, "example.com").replaceAll(name, "paint")
      .replaceAll(s.namespace, "demo").replaceAll(Deno.hostname(), "HOST");
  const prints = async (file: string, args: string[], code = 0) => {
    const found = await runCommand([...args, "-n", s.namespace, "--kubeconfig", kubeconfig]);
    assert.equal(found.code, code, found.stderr);
    // kro record writes the record to a file, and prints a summary to stderr.
    const printed = found.stdout === "" ? `${found.stderr}\n` : found.stdout;
    await isGolden(file, printed.startsWith("KIND ") ? cleanTable(printed, clean) : clean(printed));
  };
  const write = async (color: string) => {
    const head = { apiVersion: `${group}/v1alpha1`, kind: "Paint", metadata: { name: "wall" } };
    await Deno.writeTextFile(`${dir}/rgd.json`, JSON.stringify(rgdOf(name, group)));
    await Deno.writeTextFile(`${dir}/wall.json`, JSON.stringify({ ...head, spec: { color } }));
  };
  const wall = `paint.${group}/wall`;
  const fade = () =>
    s.cluster.patch({ kind: "ConfigMap", name: "wall-map" }, { data: { color: "gray" } });
  try {
    await s.restart(async () => {
      await write("red");
      await prints("plan.new.txt", ["plan", "-f", dir], 1);
      await prints("apply.txt", ["apply", "-f", dir]);
      await prints("plan.same.txt", ["plan", "-f", dir]);
      for (const format of ["yaml", "json", "name"]) {
        await prints(`get.${format}`, ["get", wall, "-o", format]);
      }
      await write("blue");
      await prints("plan.txt", ["plan", "-f", dir], 1);
      await prints("plan.md", ["plan", "-f", dir, "-o", "markdown"], 1);
      await prints("plan.github.md", ["plan", "-f", dir, "-o", "github"], 1);
      await prints("plan.json", ["plan", "-f", dir, "-o", "json"], 1);
      for (const format of ["yaml", "json"]) {
        await fade();
        await prints(`reconcile.${format}`, ["reconcile", wall, "-o", format]);
      }
      await fade();
      await prints("reconcile.txt", ["reconcile", wall]);
      await prints("record.txt", ["record", wall, "--out", `${dir}/record`]);
      await prints("delete.txt", ["delete", "-f", `${dir}/wall.json`]);
      for (const format of ["yaml", "json"]) {
        await prints(`apply.${format}`, ["apply", "-f", `${dir}/wall.json`, "-o", format]);
        await prints(`delete.${format}`, ["delete", wall, "-o", format]);
      }
    });
  } finally {
    await kubectl(["delete", "rgd", name, "--ignore-not-found"]);
    await kubectl(["delete", "crd", `paints.${group}`, "--ignore-not-found"]);
    await Deno.remove(dir, { recursive: true });
  }
});

kroTest("a plan that could not ask everything prints its golden files", async (s) => {
  const group = `${s.namespace}.example.com`;
  const [name, dir] = [`paint-${s.namespace}`, await Deno.makeTempDir()];
  const rules = [
    {
      apiGroups: ["kro.run", "internal.kro.run"],
      resources: ["*"],
      verbs: ["get", "list", "patch"],
    },
    { apiGroups: ["apiextensions.k8s.io"], resources: ["*"], verbs: ["get", "list"] },
    { apiGroups: [""], resources: ["configmaps", "namespaces"], verbs: ["get", "list"] },
    { apiGroups: [group], resources: ["*"], verbs: ["get", "list"] },
  ];
  const [apiVersion, metadata] = ["rbac.authorization.k8s.io/v1", { name }];
  await s.cluster.create({ apiVersion, kind: "ClusterRole", metadata, rules });
  await using account = await serviceAccountIn(s.namespace);
  const subject = { kind: "ServiceAccount", name: account.name, namespace: s.namespace };
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
  const binding = { apiVersion, kind: "ClusterRoleBinding", metadata, roleRef };
  await s.cluster.create({ ...binding, subjects: [subject] });
  await eventually("the permission to list CRDs", async () => {
    const { kubectl } = await sharedControlPlane();
    const crds = ["list", "customresourcedefinitions"];
    return (await kubectl(["auth", "can-i", ...crds, `--as=${account.user}`])).code === 0;
  });
  try {
    const instance = { apiVersion: `${group}/v1alpha1`, kind: "Paint", metadata: { name: "wall" } };
    await Deno.writeTextFile(`${dir}/rgd.json`, JSON.stringify(rgdOf(name, group)));
    const wall = { ...instance, spec: { color: "red" } };
    await Deno.writeTextFile(`${dir}/wall.json`, JSON.stringify(wall));
    const files = {
      "plan.notes.txt": "text",
      "plan.notes.json": "json",
      "plan.notes.md": "markdown",
      "plan.notes.github.md": "github",
    };
    for (const [file, format] of Object.entries(files)) {
      const connection = ["-n", s.namespace, "--kubeconfig", account.kubeconfig];
      const found = await runCommand(["plan", "-f", dir, "-o", format, ...connection]);
      assert.equal(found.code, 1, found.stderr);
      const text = withoutVariableParts(found.stdout).replaceAll(group, "example.com")
        .replaceAll(name, "paint").replaceAll(s.namespace, "demo");
      await isGolden(file, text);
    }
  } finally {
    for (const kind of ["clusterrole", "clusterrolebinding"]) await kubectl(["delete", kind, name]);
    await Deno.remove(dir, { recursive: true });
  }
});

kroTest("kro controller, check and dashboard print their golden files", async (s) => {
  await s.restart(async () => {
    await using kro = await startKro(["--log-format=text", "--leader-elect=false"]);
    // The lines that follow are about the graphs of the cluster.
    const [start = ""] = /^.*?controller started\n/s.exec(kro.log()) ?? [];
    await isGolden("controller.txt", withoutVariableParts(start));
    const { code, stdout, stderr } = await runCommand(["check", kro.url]);
    assert.equal(code, 0, stderr);
    await isGolden("check.txt", stdout);
  });
  const main = new URL("../../../main.ts", import.meta.url).pathname;
  const kubeconfig = (await sharedControlPlane()).kubeconfigFor("kro");
  const flags = ["--port", "0", "--no-open", "--kubeconfig", kubeconfig];
  const dashboard = guarded(Deno.execPath(), ["run", "-A", main, "dashboard", ...flags]);
  let printed = "";
  try {
    const text = dashboard.output.stdout.pipeThrough(new TextDecoderStream());
    void (async () => {
      for await (const part of text) printed += part;
    })();
    await eventually("the dashboard prints its URL", () => printed.endsWith("\n"));
    await isGolden("dashboard.txt", withoutVariableParts(printed));
  } finally {
    await dashboard.stop();
  }
});
