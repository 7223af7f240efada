/** Tests of `kro get` in a cluster: its flags select and sort, and each output format shows the same objects. */
import assert from "node:assert/strict";
import {
  configMap,
  eventually,
  kroTest,
  NAME,
  sharedControlPlane,
} from "../../support/cluster/mod.ts";
import { runCommand } from "../../support/command.ts";
import { guarded } from "../../support/controlplane/guard.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;

/** The exit code of a process that SIGINT has ended. */
const INTERRUPTED = 130;

/** A graph whose instances fail if their size is 0. */
const SIZED = {
  kind: "Sized",
  spec: { size: "integer | default=1" },
  resources: [configMap("map", `${NAME}-map`, { share: "${string(100 / schema.spec.size)}" })],
};

kroTest("the flags of kro get select, sort and format instances", async (s) => {
  const graph = await s.graph(SIZED);
  const kind = `sized.${graph.group}`;
  const kubeconfig = (await sharedControlPlane()).kubeconfigFor("kro");
  const get = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand(
      ["get", ...args, "--kubeconfig", kubeconfig],
    );
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const there = ["-n", s.namespace];
  const namesOf = async (...args: string[]) =>
    (await get(kind, "-o", "name", ...args)).trim().split("\n")
      .map((line) => line.replace(`sized.${graph.group}/`, ""));

  await graph.create("one", { size: 1 }, { labels: { tier: "web" } });
  await graph.create("four", { size: 4 }, { labels: { tier: "web" } });
  await graph.create("none", { size: 0 });
  await graph.active("one");
  await graph.active("four");
  await s.cluster.until(graph.instance("none"), ({ status }) => status?.state === "ERROR");

  assert.deepEqual(await namesOf(...there), ["four", "none", "one"]);
  assert.deepEqual(await namesOf(...there, "-l", "tier=web"), ["four", "one"]);
  assert.deepEqual(await namesOf(...there, "--state", "error"), ["none"]);
  assert.deepEqual(await namesOf(...there, "--sort-by", ".spec.size"), ["none", "one", "four"]);
  assert.deepEqual(await namesOf("-A"), ["four", "none", "one"]);

  const listed = JSON.parse(await get(kind, ...there, "-o", "json"));
  assert.deepEqual(listed.items.map((o: { spec: { size: number } }) => o.spec.size), [4, 0, 1]);
  assert.match(await get(kind, "one", ...there, "-o", "yaml"), /^apiVersion: \S+\nkind: Sized\n/);
  const wide = await get(kind, ...there, "-o", "wide");
  assert.match(wide, /^one +ACTIVE +True/m);
  const everywhere = await get("instances", "-A");
  assert.match(everywhere, new RegExp(`^${s.namespace} +Sized +none +ERROR`, "m"));
  assert.match(await get("graph", graph.rgd.name), /Active/);
  assert.equal(
    await get(`${kind}/one`, ...there, "-o", "name"),
    `sized.${graph.group}/one\nconfigmap/one-map\n`,
  );
});

kroTest("kro get -w prints changes until the deletion of the instance or Ctrl-C", async (s) => {
  const graph = await s.graph(SIZED);
  const kind = `sized.${graph.group}`;
  await graph.create("one", { size: 1 });
  await graph.active("one");
  const kubeconfig = (await sharedControlPlane()).kubeconfigFor("kro");
  const dir = await Deno.makeTempDir();
  const watch = (target: string) => {
    const log = `${dir}/${target.replace("/", "-")}`;
    const command = ["run", "-A", "--no-check", MAIN, "get", target, "-w", "-n", s.namespace];
    const kro = guarded(Deno.execPath(), [...command, "--kubeconfig", kubeconfig], { log });
    const printed = async (text: RegExp) => text.test(await Deno.readTextFile(log));
    return { kro, prints: (text: RegExp) => eventually(`${text}`, () => printed(text)) };
  };
  const list = watch(kind);
  const tree = watch(`${kind}/one`);
  try {
    await list.prints(/^one +ACTIVE/m);
    await tree.prints(/^Sized\/one +ACTIVE/m);
    await graph.create("two", { size: 0 });
    await list.prints(/^two +ERROR/m);
    Deno.kill(list.kro.pid, "SIGINT");
    assert.equal((await list.kro.status).code, INTERRUPTED);

    await s.cluster.delete(graph.instance("one"));
    await tree.prints(/^Sized\/one +DELETING/m);
    assert.equal((await tree.kro.status).code, 0);
  } finally {
    await Promise.all([list.kro.stop(), tree.kro.stop()]);
    await Deno.remove(dir, { recursive: true });
  }
});
