/**
 * The benchmark case `plan`: the time, memory and requests of `kro plan` for a changed RGD with 1,000
 * instances of five objects each. The changed RGD changes every object. The script's arguments
 * replace the number of instances and the number of their objects. The script fails when the plan sends more than one dry run for each changed object.
 */
import { permissionFlags } from "../../../src/cli/mod.ts";
import { connect, loadConfig, waitEstablished } from "../../../src/kube/mod.ts";
import { bundle } from "../../../deploy/tasks/bundle.ts";
import { AuditLog, calls } from "../../support/controlplane/audit.ts";
import { apiOnly, startControlPlane } from "../../support/controlplane/mod.ts";
import { printFigure } from "../kit/case.ts";
import { install, start } from "../kit/controller.ts";
import { BY, concurrently, isActive, namesOf, pause, until } from "../kit/user.ts";

const count = Number(Deno.args[0] ?? 1000);
const OBJECTS = Number(Deno.args[1] ?? 5);
const root = new URL("../../..", import.meta.url).pathname;
const group = "plan.example.com";
const kind = { group, version: "v1", kind: "Wide", plural: "wides", namespaced: true };

function rgd(value: string) {
  const resources = Array.from({ length: OBJECTS }, (_, i) => ({
    id: `map${i}`,
    template: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `\${schema.metadata.name}-${i}` },
      data: { value, name: "${schema.spec.name}" },
    },
  }));
  const schema = { group, apiVersion: "v1", kind: kind.kind, spec: { name: "string" } };
  const head = { apiVersion: "kro.run/v1alpha1", kind: "ResourceGraphDefinition" };
  return { ...head, metadata: { name: "wide" }, spec: { schema, resources } };
}

await using controlPlane = await startControlPlane({
  progress: (line) => console.error(line),
  without: apiOnly,
});
const kubectl = async (...args: string[]) => {
  const { code, stderr } = await controlPlane.kubectl(args);
  if (code !== 0) throw new Error(stderr);
};
await kubectl("apply", "--server-side", "-f", `${root}deploy/crds`);
const client = connect(await loadConfig({ kubeconfig: controlPlane.kubeconfig }), {
  userAgent: "bench",
});
const rgdKind = {
  group: "kro.run",
  version: "v1alpha1",
  kind: "ResourceGraphDefinition",
  plural: "resourcegraphdefinitions",
  namespaced: false,
};
{
  await using _kro = await start(await install("ours"), controlPlane);
  await client.apply({ kind: rgdKind, name: "wide" }, rgd("old"), BY);
  await until(async () => (await client.get({ kind: rgdKind, name: "wide" }) !== undefined));
  await until(() => waitEstablished(client, `wides.${group}`).then(() => true, () => false));
  await concurrently(
    namesOf("one", count),
    (name) =>
      client.apply({ kind, namespace: "default", name }, {
        apiVersion: `${group}/v1`,
        kind: kind.kind,
        metadata: { name, namespace: "default" },
        spec: { name },
      }, BY),
  );
  await until(async () => (await client.list(kind)).items.every(isActive), {
    seconds: 1200,
    every: 2,
  });
}
client.close();

const file = `${controlPlane.dir}/rgd.json`;
await Deno.writeTextFile(file, JSON.stringify(rgd("new")));
const audit = await AuditLog.fromNow(controlPlane.auditLog);
const kubeconfig = controlPlane.kubeconfigFor("kro");
const began = performance.now();
const child = new Deno.Command(Deno.execPath(), {
  args: [
    "run",
    ...permissionFlags("local"),
    await bundle(),
    "plan",
    ...["-f", file, "-o", "json", "--kubeconfig", kubeconfig],
  ],
  stdout: "piped",
}).spawn();
let peak = 0;
const ended = child.output();
let isDone = false;
ended.finally(() => isDone = true);
while (!isDone) {
  const status = await Deno.readTextFile(`/proc/${child.pid}/status`).catch(() => "");
  peak = Math.max(peak, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
  await pause(0.1);
}
const seconds = (performance.now() - began) / 1000;
const { stdout, code } = await ended;
const report = JSON.parse(new TextDecoder().decode(stdout));
const changed = report.changes.length;
if (code !== 1 || changed !== count * OBJECTS) throw new Error(`code ${code}, ${changed} changes`);
await pause(1);
const sent = calls(await audit.read()).filter(({ user }) => user === "kro");
const dryRuns = sent.filter(({ uri }) => uri.includes("dryRun=All") && uri.includes("configmaps"));
const lists = sent.filter(({ verb }) => verb === "list");
const figure = (measure: string, unit: string, value: number) =>
  printFigure({ measure, unit, values: { ours: value } });
figure(`time for ${count} instances`, "s", seconds);
figure("peak RSS", "MiB", peak);
figure("dry runs of objects", "calls", dryRuns.length);
figure("list requests", "calls", lists.length);
figure("other requests", "calls", sent.length - dryRuns.length - lists.length);
if (dryRuns.length > changed) throw new Error(`${dryRuns.length} dry runs for ${changed} objects`);
