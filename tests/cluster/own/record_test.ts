/** Tests of `kro record`, `kro replay` and the completion of names, on a real API server. */
import assert from "node:assert/strict";
import { readRecord, writeRecord } from "../../../src/cli/record/file.ts";
import {
  configMap,
  type GraphSpec,
  kroTest,
  type Live,
  NAME,
  type Scenario,
  sharedControlPlane,
} from "../../support/cluster/mod.ts";
import { type CommandResult, runCommand } from "../../support/command.ts";
import { completionsIn, hasShell } from "../../support/shells.ts";

const PASSWORD = "correct-horse-battery";
const LITERAL = "a-fixed-literal";

/** A graph that reads a Secret and copies its value to two objects. One node of the graph waits. */
const SHOP: GraphSpec = {
  kind: "Shop",
  spec: { color: "string | default=red" },
  status: { color: "${plain.data.color}", dsn: "${dsn.data.url}" },
  resources: [
    configMap("plain", `${NAME}-plain`, { color: "${schema.spec.color}" }),
    {
      id: "access",
      externalRef: { apiVersion: "v1", kind: "Secret", metadata: { name: "access" } },
    },
    configMap("dsn", `${NAME}-dsn`, { url: "db://me:${string(access.data.password)}@host" }),
    {
      id: "own",
      template: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: `${NAME}-own` },
        stringData: { token: "${string(access.data.password)}", fixed: LITERAL },
      },
    },
    {
      ...configMap("gate", `${NAME}-gate`, { open: "no" }),
      readyWhen: ['${gate.data.open == "yes"}'],
    },
    configMap("late", `${NAME}-late`, { open: "${gate.data.open}" }),
  ],
};

/** Creates the graph, its Secret and the instance `corner`, and waits until the controller is idle. */
async function shop(s: Scenario) {
  await s.cluster.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "access" },
    stringData: { password: PASSWORD },
  });
  const graph = await s.graph(SHOP);
  await graph.create("corner");
  await s.cluster.until({ kind: "ConfigMap", name: "corner-gate" }, () => true);
  await s.idle();
  const { kubeconfigFor } = await sharedControlPlane();
  const connection = ["--kubeconfig", kubeconfigFor("kro"), "-n", s.namespace];
  const kind = `shops.${graph.group}`;
  return {
    graph,
    kind,
    connection,
    record: (...args: string[]): Promise<CommandResult> =>
      runCommand(["record", ...args, ...connection]),
    /** Returns the resourceVersions of all objects that the graph reads or creates. */
    versions: async () => {
      const objects = [
        ...await s.cluster.list("ConfigMap"),
        ...await s.cluster.list("Secret"),
        await s.cluster.get(graph.instance("corner")),
      ];
      return objects.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`);
    },
  };
}

/** Calls `use` with the path of a temporary file. */
async function withFile(use: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

/**
 * Returns an object with one entry for each element: the field `key` of the element as the key, and its field
 * `value` as the value.
 */
function fields(list: Live[], key: string, value: string): Record<string, unknown> {
  return Object.fromEntries(list.map((each) => [each[key], each[value]]));
}

kroTest(
  "a record changes nothing, and its replay has the results of the controller's pass",
  async (s) => {
    const { kind, record, graph, versions } = await shop(s);
    await withFile(async (path) => {
      const before = await versions();
      const saved = await record(`${kind}/corner`, "--out", path);
      assert.equal(saved.code, 0, saved.stderr);
      assert.match(saved.stderr, /^recorded Shop\.\S+ \S+\/corner: \d+ answers$/m);
      assert.match(saved.stderr, /not reproducible: dsn, own$/m);
      assert.deepEqual(await versions(), before);

      const { code, stdout, stderr } = await runCommand(["replay", path, "-o", "json"]);
      assert.equal(code, 0, stderr);
      const { nodes, state, instance, conditions } = JSON.parse(stdout);
      const live = await s.cluster.get(graph.instance("corner"));
      assert.equal(state, live.status.state);
      assert.equal(instance.namespace, s.namespace);
      assert.deepEqual(fields(nodes, "id", "state"), {
        plain: "Ready",
        access: "Ready",
        dsn: "Ready",
        own: "Ready",
        gate: "Waiting",
        late: "Pending",
      });
      const ours = conditions.map(({ type }: Live) => type);
      const shown = live.status.conditions.filter(({ type }: Live) => ours.includes(type));
      assert.deepEqual(fields(conditions, "type", "status"), fields(shown, "type", "status"));
      assert.deepEqual(fields(conditions, "type", "message"), fields(shown, "type", "message"));
    });
  },
);

kroTest("a record shows drift, and contains no value of a Secret", async (s) => {
  const { kind, record } = await shop(s);
  await s.restart(async () => {
    await s.cluster.patch({ kind: "ConfigMap", name: "corner-plain" }, { data: { color: "blue" } });
    await withFile(async (path) => {
      const saved = await record(`${kind}/corner`);
      assert.equal(saved.code, 0, saved.stderr);
      for (const secret of [PASSWORD, LITERAL]) {
        for (const text of [secret, btoa(secret), btoa(btoa(secret)), encodeURIComponent(secret)]) {
          assert.ok(!saved.stdout.includes(text), `the record contains ${text}`);
        }
      }
      assert.match(saved.stdout, /hmac:/);
      await Deno.writeTextFile(path, saved.stdout);
      const { code, stdout, stderr } = await runCommand(["replay", path]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^plain +Ready +configured +ConfigMap \S+\/corner-plain$/m);
      assert.match(stdout, /^node "gate": Waiting: /m);
    });
  });
});

kroTest(
  "a record of another version is refused, and so are targets that are no instance",
  async (s) => {
    const { kind, record } = await shop(s);
    await withFile(async (path) => {
      // The two words of kubectl's form name the same instance as KIND/NAME.
      const saved = await record(kind, "corner", "--out", path);
      assert.equal(saved.code, 0, saved.stderr);
      await writeRecord(path, { ...await readRecord(path), kroVersion: "v0.0.1" });
      const { code, stderr } = await runCommand(["replay", path]);
      assert.equal(code, 2);
      assert.match(stderr, /was made by kro v0\.0\.1, but this is kro \S+: use the version/);
    });
    const cases: [target: string, code: number, message: RegExp][] = [
      [
        `${kind}/other`,
        1,
        /^error: Shop\.\S+ \S+\/other does not exist in the cluster; kro get shops -n \S+ lists the names$/,
      ],
      [kind, 2, /is a kind without a name: write .*\/NAME; kro get .* lists the names$/],
      ["configmap/corner-plain", 2, /no ResourceGraphDefinition defines ConfigMap: /],
      ["rgd/any", 2, /kro record records an instance: name the kind/],
      ["configmapz/a", 2, /the cluster has no kind "configmapz": did you mean "configmaps"\?$/],
    ];
    for (const [target, code, message] of cases) {
      const result = await record(target);
      assert.equal(result.code, code, result.stderr);
      assert.match(result.stderr, message);
      assert.equal(result.stdout, "");
    }
  },
);

kroTest("the pass over an instance that is being deleted is recorded and replayed", async (s) => {
  const { kind, record, graph } = await shop(s);
  const held = { kind: "ConfigMap", name: "corner-plain" };
  await s.cluster.patch(held, { metadata: { finalizers: ["example.com/held"] } });
  await s.cluster.delete(graph.instance("corner"));
  await s.cluster.until(held, ({ metadata }) => metadata.deletionTimestamp !== undefined);
  await s.idle();
  await withFile(async (path) => {
    const saved = await record(`${kind}/corner`, "--out", path);
    assert.equal(saved.code, 0, saved.stderr);
    const { code, stdout, stderr } = await runCommand(["replay", path]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Shop \S+\/corner: DELETING /);
    assert.match(stdout, /ConfigMap \S+\/corner-plain$/m);
  });
  await s.cluster.patch(held, { metadata: { finalizers: null } });
  await s.cluster.untilGone(graph.instance("corner"));
});

kroTest("shells complete the names of kinds, instances and graphs of the cluster", async (s) => {
  const { kind, graph, connection } = await shop(s);
  const main = new URL("../../../main.ts", import.meta.url).pathname;
  const kro = `#!/bin/sh\nexec "${Deno.execPath()}" run -A --no-check "${main}" "$@"\n`;
  const flags = connection.join(" ");
  const lines: [line: string, expected: string[]][] = [
    [`kro record ${flags} shops.${graph.group.slice(0, -4)}`, [`${kind}/`]],
    [`kro record ${flags} ${kind}/co`, [`${kind}/corner`]],
    [`kro graph ${flags} ${graph.rgd.name.slice(0, -1)}`, [graph.rgd.name]],
  ];
  for (const shell of ["bash", "zsh", "fish"] as const) {
    if (!await hasShell(shell)) continue;
    // kro gives the same answers to all shells, so only bash completes all lines.
    const asked = shell === "bash" ? lines : lines.slice(0, 1);
    const found = await Promise.all(asked.map(([line]) => completionsIn(shell, kro, line)));
    assert.deepEqual(found, asked.map(([, expected]) => expected), shell);
  }
});
