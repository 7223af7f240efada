/**
 * Tests of the complete output of the commands that change a cluster. The expected output is in the folder
 * `golden` of the unit tests of the commands; with `UPDATE_GOLDEN=1`, the test writes it anew.
 */
import assert from "node:assert/strict";
import { table } from "../../../src/cli/mod.ts";
import {
  configMap,
  kroTest,
  kubectl,
  NAME,
  sharedControlPlane,
} from "../../support/cluster/mod.ts";
import { runCommand } from "../../support/command.ts";

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

kroTest("apply, plan, reconcile, record and delete print their golden files", async (s) => {
  const group = `${s.namespace}.example.com`;
  const kubeconfig = (await sharedControlPlane()).kubeconfigFor("kro");
  const dir = await Deno.makeTempDir();
  const name = `paint-${s.namespace}`;
  const clean = (text: string) =>
    text.replaceAll(group, "example.com").replaceAll(name, "paint").replaceAll(s.namespace, "demo");
  const prints = async (file: string, args: string[], code = 0) => {
    const found = await runCommand([...args, "-n", s.namespace, "--kubeconfig", kubeconfig]);
    assert.equal(found.code, code, found.stderr);
    // kro record writes the record to a file, and prints a summary to stderr.
    const printed = found.stdout === "" ? `${found.stderr}\n` : found.stdout;
    const text = printed.startsWith("KIND ") ? cleanTable(printed, clean) : clean(printed);
    const path = new URL(file, GOLDEN);
    if (Deno.env.has("UPDATE_GOLDEN")) await Deno.writeTextFile(path, text);
    assert.equal(text, await Deno.readTextFile(path), file);
  };
  const write = async (color: string) => {
    const head = { apiVersion: `${group}/v1alpha1`, kind: "Paint", metadata: { name: "wall" } };
    await Deno.writeTextFile(`${dir}/rgd.json`, JSON.stringify(rgdOf(name, group)));
    await Deno.writeTextFile(`${dir}/wall.json`, JSON.stringify({ ...head, spec: { color } }));
  };
  try {
    await s.restart(async () => {
      await write("red");
      await prints("plan.new.txt", ["plan", "-f", dir], 1);
      await prints("apply.txt", ["apply", "-f", dir]);
      await prints("plan.same.txt", ["plan", "-f", dir]);
      await write("blue");
      await prints("plan.txt", ["plan", "-f", dir], 1);
      await prints("plan.md", ["plan", "-f", dir, "-o", "markdown"], 1);
      await prints("plan.json", ["plan", "-f", dir, "-o", "json"], 1);
      await s.cluster.patch({ kind: "ConfigMap", name: "wall-map" }, { data: { color: "gray" } });
      await prints("reconcile.txt", ["reconcile", `paint.${group}/wall`]);
      await prints("record.txt", ["record", `paint.${group}/wall`, "--out", `${dir}/record`]);
      await prints("delete.txt", ["delete", "-f", `${dir}/wall.json`]);
    });
  } finally {
    await kubectl(["delete", "rgd", name, "--ignore-not-found"]);
    await kubectl(["delete", "crd", `paints.${group}`, "--ignore-not-found"]);
    await Deno.remove(dir, { recursive: true });
  }
});
