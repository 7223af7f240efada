/** Tests of `kro plan --out` and `kro apply --plan` on a real API server. */
import assert from "node:assert/strict";
import { kroTest, type Scenario, sharedControlPlane } from "../../support/cluster/mod.ts";
import { planText, twoMaps } from "../../support/cluster/plan.ts";
import { runCommand } from "../../support/command.ts";

/**
 * Saves the plan for these objects to a temporary file. Then calls `use` with two arguments: a function that
 * runs `kro apply --plan` on the file, and the path of the file.
 */
async function withSaved(
  s: Scenario,
  objects: readonly object[],
  use: (
    apply: (...flags: string[]) => ReturnType<typeof runCommand>,
    path: string,
  ) => Promise<void>,
) {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  const { kubeconfigFor } = await sharedControlPlane();
  try {
    await planText(s.cluster, objects, ["--out", path]);
    const connection = ["--kubeconfig", kubeconfigFor("kro"), "--timeout", "60s"];
    await use((...flags) => runCommand(["apply", "--plan", path, ...connection, ...flags]), path);
  } finally {
    await Deno.remove(path);
  }
}

kroTest("a saved plan is applied, and refused once an object has changed", async (s) => {
  const graph = await s.graph(twoMaps("red"));
  await graph.create("one");
  await graph.active("one");
  await s.idle();
  const map = { kind: "ConfigMap", name: "one-first" };
  await withSaved(s, [graph.object(twoMaps("blue"))], async (apply) => {
    const tooMany = await apply("--max-changes", "1");
    assert.equal(tooMany.code, 2);
    assert.match(tooMany.stderr, /objects to change: 2, but --max-changes allows 1/);
    const { code, stderr } = await apply("--force-local");
    assert.equal(code, 0, stderr);
    assert.equal((await s.cluster.get(map)).data.color, "blue");
    const again = await apply();
    assert.equal(again.code, 2);
    assert.match(again.stderr, /was changed after the plan was made: plan again/);
  });
  await withSaved(s, [graph.object(twoMaps("green"))], async (apply) => {
    await s.cluster.patch(map, { data: { other: "x" } });
    const { code, stderr } = await apply();
    assert.equal(code, 2);
    assert.match(stderr, /ConfigMap \S+\/one-first was changed after the plan was made/);
    assert.equal((await s.cluster.get(map)).data.color, "blue");
  });
});

kroTest("a saved plan of new and changed instances is applied as planned", async (s) => {
  const graph = await s.graph(twoMaps("red"));
  await graph.create("one");
  await graph.active("one");
  const instances = ["one", "two"].map((name) => ({
    apiVersion: graph.apiVersion,
    kind: "Planned",
    metadata: { name, labels: { team: "a" } },
    spec: { size: 2 },
  }));
  const bare = { ...instances[0]!, metadata: { name: "three" }, spec: {} };
  await withSaved(s, [...instances, bare], async (apply) => {
    const { code, stderr } = await apply();
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /differs from the plan/);
  });
});

kroTest("kro apply of files applies nothing that exceeds a limit", async (s) => {
  const graph = await s.graph(twoMaps("red"));
  await graph.create("one");
  await graph.active("one");
  const { kubeconfigFor } = await sharedControlPlane();
  const apply = async (...flags: string[]) => {
    const file = await Deno.makeTempFile({ suffix: ".json" });
    try {
      await Deno.writeTextFile(file, JSON.stringify(graph.object(twoMaps("blue"))));
      return await runCommand([
        "apply",
        "-f",
        file,
        "--kubeconfig",
        kubeconfigFor("kro"),
        ...flags,
      ]);
    } finally {
      await Deno.remove(file);
    }
  };
  for (
    const [flags, message] of [
      [["--max-changes", "1"], /refused: objects to change: 2, but --max-changes allows 1/],
      [["--forbid", "change"], /refused: ConfigMap \S+ would be changed, but --forbid excludes/],
    ] as const
  ) {
    const { code, stderr } = await apply(...flags);
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
  const { spec } = await s.cluster.get(graph.rgd);
  assert.equal(spec.resources[0].template.data.color, "red");
  const { code, stderr } = await apply("--max-changes", "2");
  assert.equal(code, 0, stderr);
});

kroTest("a saved plan is refused once its RGD has an instance that was not planned", async (s) => {
  const graph = await s.graph(twoMaps("red"));
  await graph.create("one");
  await graph.active("one");
  await s.idle();
  await withSaved(s, [graph.object(twoMaps("blue"))], async (apply) => {
    await graph.create("late");
    await graph.active("late");
    const { code, stderr } = await apply();
    assert.equal(code, 2);
    assert.match(stderr, /Planned\.\S+ \S+\/late was created after the plan was made: plan again/);
    const { spec } = await s.cluster.get(graph.rgd);
    assert.equal(spec.resources[0].template.data.color, "red");
    await s.cluster.remove(graph.instance("late"));
    assert.equal((await apply()).code, 0);
  });
});

kroTest("a plan file that was edited is refused", async (s) => {
  const graph = await s.graph(twoMaps("red"));
  await withSaved(s, [graph.object(twoMaps("blue"))], async (apply, path) => {
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.replaceAll("blue", "black"));
    const edited = await apply();
    assert.equal(edited.code, 2);
    assert.match(edited.stderr, /was edited after kro wrote it: plan again/);
  });
});
