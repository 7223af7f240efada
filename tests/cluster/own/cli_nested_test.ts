/**
 * Tests of `kro apply`, `kro get`, `kro delete` and `kro reconcile` with instances that contain instances of other
 * graphs, on a real control plane.
 */
import assert from "node:assert/strict";
import { nestedExample, results, rgdOf } from "./cli_fixtures.ts";

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

Deno.test("get shows the objects of nested instances while the outer instance is being deleted", async () => {
  await using e = await nestedExample();
  const outer = `outers.${e.group}`;
  await e.kubectl(["delete", outer, "a", "-n", e.namespace, "--wait=false"]);
  const { stdout } = await e.succeed("get", `${outer}/a`);
  const names = stdout.trim().split("\n").slice(1).map((line) => line.trim().split(/ {2,}/)[0]);
  assert.deepEqual(names, [
    "Outer/a",
    "└─ Middle/a-in",
    "└─ Inner/a-in-in",
    "└─ ConfigMap/a-in-in-map",
  ], stdout);
  assert.match(stdout, /Outer\/a +DELETING/);
  await e.succeed("delete", `${outer}/a`);
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
