import assert from "node:assert/strict";
import {
  apply,
  cleanUp,
  graph,
  groupOf,
  kubectl,
  quiet,
  read,
  requests,
  startController,
  until,
  untilGone,
  writes,
} from "../../support/cluster/controller.ts";
import { testNamespace } from "../../support/controlplane/shared.ts";

const suffix = crypto.randomUUID().slice(0, 6);

function configMap(data: Record<string, string>, name = "${schema.spec.name}"): unknown {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}

function condition(object: { status?: { conditions?: { type: string }[] } }, type: string) {
  return object.status?.conditions?.find((c) => c.type === type) as
    | { status: string; reason: string; message: string }
    | undefined;
}

Deno.test("a bad RGD says what is wrong with node, path and expression, and others go on", async () => {
  await using _controller = await startController();
  const [bad, good] = [`bad${suffix}`, `good${suffix}`];
  try {
    await apply(graph(bad, {
      kind: "Broken",
      spec: { name: "string" },
      resources: [
        { id: "first", template: configMap({ a: "${schema.spec.nmae}" }) },
        { id: "second", template: configMap({ a: "${third.metadata.name}" }, "second") },
      ],
    }));
    await apply(graph(good, {
      kind: "Fine",
      spec: { name: "string" },
      resources: [{ id: "first", template: configMap({ a: "b" }) }],
    }));
    await until("rgd", good, undefined, (o) => o.status?.state === "Active");
    const rgd = await until("rgd", bad, undefined, (o) => condition(o, "GraphAccepted")?.reason);
    const { status, reason, message } = condition(rgd, "GraphAccepted")!;
    assert.deepEqual([status, reason, rgd.status.state], [
      "False",
      "InvalidResourceGraph",
      "Inactive",
    ]);
    const lines = message.split("\n");
    assert.match(lines.find((l) => l.includes("first"))!, /template\.data\.a.*schema\.spec\.nmae/);
    assert.match(lines.find((l) => l.includes("second"))!, /template\.data\.a.*third/);
    assert.equal(await read("crd", `brokens.${groupOf(bad)}`), undefined);
  } finally {
    await cleanUp(bad, "brokens");
    await cleanUp(good, "fines");
  }
});

Deno.test("a spec that breaks or is broken leaves the last good graph serving", async (t) => {
  await using namespace = await testNamespace("graphs");
  const ns = namespace.name;
  const name = `keep${suffix}`;
  const kind = `keepers.${groupOf(name)}`;
  const spec = (size: string, data: Record<string, string>) =>
    graph(name, {
      kind: "Keeper",
      spec: { name: "string", size },
      resources: [{ id: "map", template: configMap(data) }],
    });
  const instance = (of: string) => ({
    apiVersion: `${groupOf(name)}/v1alpha1`,
    kind: "Keeper",
    metadata: { name: of },
    spec: { name: of },
  });
  const controller = await startController();
  try {
    await apply(spec("string | default=s", { v: "one" }));
    await until("rgd", name, undefined, (o) => o.status?.state === "Active");

    await t.step(
      "a bad spec makes it Inactive, and new instances get the graph before",
      async () => {
        await apply(spec("string | default=s", { v: "${nobody.x}" }));
        await until("rgd", name, undefined, (o) => o.status.state === "Inactive");
        await apply(instance("under-bad"), ns);
        await until("configmap", "under-bad", ns, (o) => o.data.v === "one");
      },
    );

    await t.step("a breaking change of the CRD is refused and says how to allow it", async () => {
      await apply(spec("integer | default=1", { v: "two" }));
      const rgd = await until(
        "rgd",
        name,
        undefined,
        (o) => condition(o, "KindReady")?.status === "False",
      );
      const { reason, message } = condition(rgd, "KindReady")!;
      assert.equal(reason, "Failed");
      assert.match(message, /Type changed from string to integer/);
      assert.match(message, /kro\.run\/allow-breaking-changes/);
      await apply(instance("under-refused"), ns);
      await until("configmap", "under-refused", ns, (o) => o.data.v === "one");
    });

    await t.step("also a controller that starts now serves the last good graph", async () => {
      await controller[Symbol.asyncDispose]();
      await using _fresh = await startController();
      await apply(instance("after-restart"), ns);
      await until("configmap", "after-restart", ns, (o) => o.data.v === "one");

      await kubectl(["annotate", "rgd", name, "kro.run/allow-breaking-changes=true"]);
      await until("rgd", name, undefined, (o) => o.status.state === "Active");
      await until("configmap", "after-restart", ns, (o) => o.data.v === "two");
      await cleanUp(name, "keepers");
    });
  } finally {
    await controller[Symbol.asyncDispose]();
    await kubectl(["delete", "rgd", name, "--ignore-not-found", "--wait=false"]);
    await kubectl(["delete", "crd", kind, "--ignore-not-found", "--wait=false"]);
  }
});

Deno.test("the generated CRD is kept as it was made: edits and deletion are undone", async () => {
  await using _controller = await startController();
  const name = `crd${suffix}`;
  const crd = `cards.${groupOf(name)}`;
  try {
    await apply(graph(name, {
      kind: "Card",
      spec: { name: "string" },
      resources: [{ id: "map", template: configMap({ a: "b" }) }],
    }));
    await until("rgd", name, undefined, (o) => o.status?.state === "Active");
    const since = new Date();
    await quiet(1500);
    assert.deepEqual(writes(await requests(since)), []);

    const edit = [{ op: "add", path: "/spec/names/shortNames", value: ["edited"] }];
    await kubectl(["patch", "crd", crd, "--type=json", "-p", JSON.stringify(edit)]);
    await until("crd", crd, undefined, (o) => o.spec.names.shortNames === undefined);

    const { uid } = (await read("crd", crd))!.metadata;
    await kubectl(["delete", "crd", crd]);
    await until(
      "crd",
      crd,
      undefined,
      (o) => o.metadata.uid !== uid && !o.metadata.deletionTimestamp,
    );
  } finally {
    await cleanUp(name, "cards");
  }
});

Deno.test("an RGD waits for a kind that comes later", async () => {
  await using _controller = await startController();
  const [name, later] = [`wait${suffix}`, `later${suffix}`];
  try {
    await apply(graph(name, {
      kind: "Waiter",
      spec: { name: "string" },
      resources: [{
        id: "late",
        template: {
          apiVersion: `${groupOf(later)}/v1alpha1`,
          kind: "Latecomer",
          metadata: { name: "${schema.spec.name}" },
          spec: { name: "x" },
        },
      }],
    }));
    await until("rgd", name, undefined, (o) => condition(o, "GraphAccepted")?.status === "False");
    await apply(graph(later, {
      kind: "Latecomer",
      spec: { name: "string" },
      resources: [{ id: "map", template: configMap({ a: "b" }) }],
    }));
    await until("rgd", name, undefined, (o) => o.status?.state === "Active");
  } finally {
    await cleanUp(name, "waiters");
    await cleanUp(later, "latecomers");
  }
});

Deno.test("a deleted RGD takes instances and CRD along only when that is allowed", async () => {
  await using namespace = await testNamespace("graphs");
  const ns = namespace.name;
  await using _controller = await startController({ allowCrdDeletion: true, graphProgressMs: 200 });
  const name = `gone${suffix}`;
  const crd = `goners.${groupOf(name)}`;
  try {
    await apply(graph(name, {
      kind: "Goner",
      spec: { name: "string" },
      resources: [{ id: "map", template: configMap({ a: "b" }) }],
    }));
    await until("rgd", name, undefined, (o) => o.status?.state === "Active");
    const [apiVersion, kind] = [`${groupOf(name)}/v1alpha1`, "Goner"];
    await apply({ apiVersion, kind, metadata: { name: "one" }, spec: { name: "one" } }, ns);
    await until("configmap", "one", ns, (o) => o.data.a === "b");
    await kubectl(["delete", "rgd", name, "--timeout=30s"]);
    assert.equal(await read("configmap", "one", ns), undefined);
    await untilGone("crd", crd);
  } finally {
    await cleanUp(name, "goners");
  }
});

Deno.test("instances can be deleted after their RGD, also by a controller that never knew it", async () => {
  await using namespace = await testNamespace("graphs");
  const ns = namespace.name;
  const name = `orphan${suffix}`;
  const kind = `orphans.${groupOf(name)}`;
  {
    await using _controller = await startController();
    await apply(graph(name, {
      kind: "Orphan",
      spec: { name: "string" },
      resources: [{ id: "map", template: configMap({ a: "b" }) }],
    }));
    await until("rgd", name, undefined, (o) => o.status?.state === "Active");
    const apiVersion = `${groupOf(name)}/v1alpha1`;
    for (const each of ["one", "two"]) {
      await apply(
        { apiVersion, kind: "Orphan", metadata: { name: each }, spec: { name: each } },
        ns,
      );
      await until("configmap", each, ns, (o) => o.data.a === "b");
    }
    await kubectl(["delete", "rgd", name, "--timeout=30s"]);
    await kubectl(["delete", kind, "one", "-n", ns, "--timeout=30s"]);
    assert.equal(await read("configmap", "one", ns), undefined);
    assert.ok(await read("configmap", "two", ns));
  }
  await using _fresh = await startController();
  await kubectl(["delete", kind, "two", "-n", ns, "--timeout=30s"]);
  assert.equal(await read("configmap", "two", ns), undefined);
  await kubectl(["delete", "crd", kind]);
});
