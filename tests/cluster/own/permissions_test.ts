// A controller with few rights: kinds that it may watch in some namespaces, or only list.
import assert from "node:assert/strict";
import type { KubeObject, RgdStatus } from "../../../src/api/mod.ts";
import { Controller, type ControllerOptions } from "../../../src/controller/mod.ts";
import { connect, loadConfig } from "../../../src/kube/mod.ts";
import { installCrds } from "../../../src/publish/mod.ts";
import {
  apply,
  cleanUp,
  graph,
  groupOf,
  kubectl,
  until,
} from "../../support/cluster/controller.ts";
import {
  eventually,
  sharedControlPlane,
  testNamespace,
} from "../../support/controlplane/shared.ts";

/** Lets the user do all that kro does for itself and for instances, and nothing with their objects. */
async function baseRights(role: string, group: string, user = role): Promise<void> {
  const rule = (apiGroups: string[], resources: string[]) => ({
    apiGroups,
    resources,
    verbs: ["*"],
  });
  await apply({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: role },
    rules: [
      rule(["kro.run", "internal.kro.run", group, "coordination.k8s.io"], ["*"]),
      rule(["apiextensions.k8s.io"], ["customresourcedefinitions"]),
      rule(["apiregistration.k8s.io"], ["apiservices"]),
    ],
  });
  await kubectl(["create", "clusterrolebinding", role, `--clusterrole=${role}`, `--user=${user}`]);
}

/** Lets the user do this with ConfigMaps of the namespace, or of all without one. */
async function allow(user: string, verbs: string, namespace?: string): Promise<void> {
  const name = `${user}-maps`;
  const at = namespace ? ["-n", namespace] : [];
  const [role, binding] = namespace
    ? ["role", "rolebinding"]
    : ["clusterrole", "clusterrolebinding"];
  const resource = ["--resource=configmaps", `--verb=${verbs}`];
  await kubectl(["create", ...at, role, name, ...resource]);
  await kubectl(["create", ...at, binding, name, `--${role}=${name}`, `--user=${user}`]);
}

async function dropRights(user: string): Promise<void> {
  const rights = ["clusterrole,clusterrolebinding", user, `${user}-maps`];
  await kubectl(["delete", ...rights, "--ignore-not-found"]);
}

/** A controller that is this user. */
async function startAs(
  user: string,
  options: Partial<ControllerOptions>,
): Promise<{ controller: Controller; stop(): Promise<void> } & AsyncDisposable> {
  const { kubeconfig } = await sharedControlPlane();
  const config = await loadConfig({ kubeconfig });
  const admin = connect(config, { userAgent: "kro/devel" });
  await installCrds(admin);
  admin.close();
  config.headers = { "impersonate-user": user };
  const client = connect(config, { userAgent: "kro/devel" });
  const controller = new Controller({ client, version: "devel", podId: "test", ...options });
  controller.start();
  let stopped: Promise<void> | undefined;
  const stop = () => stopped ??= controller.stop().then(() => client.close());
  return { controller, stop, [Symbol.asyncDispose]: stop };
}

/** An RGD of one ConfigMap. */
function lowly(name: string) {
  return graph(name, {
    kind: "Lowly",
    spec: {},
    resources: [{
      id: "config",
      template: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "${schema.metadata.name}" },
        data: { value: "ours" },
      },
    }],
  });
}

Deno.test("a generated kind that kro may not watch makes its RGD say so, and the controller ready all the same", async () => {
  const name = `unwatched${crypto.randomUUID().slice(0, 6)}`;
  await baseRights(name, "other.example.com");
  await allow(name, "get,list,watch,create,patch,delete");
  await using running = await startAs(name, { syncTimeoutMs: 1000, graphProgressMs: 200 });
  try {
    await apply(lowly(name));
    const started = (rgd: KubeObject) => {
      const status = rgd.status as RgdStatus | undefined;
      return status?.conditions?.find((c) => c.type === "ControllerReady");
    };
    const rgd = await until("rgd", name, undefined, (o) => started(o)?.status === "False");
    assert.match(started(rgd)?.message ?? "", /lowlies.* is forbidden: User/);
    await running.stop();
    await using again = await startAs(name, { syncTimeoutMs: 1000, graphProgressMs: 200 });
    await eventually("ready", () => Promise.resolve(again.controller.readiness().ready));
    await baseRights(`${name}-more`, groupOf(name), name);
    await until("rgd", name, undefined, (o) => o.status?.state === "Active");
    await cleanUp(name, "lowlies");
  } finally {
    await dropRights(name);
    await dropRights(`${name}-more`);
  }
});

Deno.test("a kind is watched in the namespaces where it may be, listed where it may only be listed, and everywhere once that is allowed", async () => {
  await using here = await testNamespace("rights");
  await using there = await testNamespace("rights");
  await using third = await testNamespace("rights");
  const name = `rights${crypto.randomUUID().slice(0, 6)}`;
  const kind = `lowlies.${groupOf(name)}`;
  await baseRights(name, groupOf(name));
  await allow(name, "get,list,watch,create,patch,delete", here.name);
  await allow(name, "get,list,create,patch,delete", there.name);

  await using running = await startAs(name, { instanceRequeueMs: 0 });
  const drift = JSON.stringify({ data: { value: "theirs" } });
  const mended = async (namespace: string) => {
    await kubectl(["patch", "configmap", "one", "-n", namespace, "--type=merge", "-p", drift]);
    await until("configmap", "one", namespace, (o) => o.data.value === "ours");
  };
  try {
    await apply(lowly(name));
    await until("rgd", name, undefined, (o) => o.status?.state === "Active");
    const instance = { apiVersion: `${groupOf(name)}/v1alpha1`, kind: "Lowly", spec: {} };
    const create = (namespace: string) =>
      apply({ ...instance, metadata: { name: "one" } }, namespace);
    const inState = (namespace: string, state: string) =>
      until(kind, "one", namespace, (o) => o.status?.state === state);

    await create(here.name);
    await inState(here.name, "ACTIVE");
    await mended(here.name);

    await create(there.name);
    await inState(there.name, "ACTIVE");
    await mended(there.name);

    await create(third.name);
    const { status } = await inState(third.name, "ERROR");
    // deno-lint-ignore no-explicit-any -- as objects are read in tests
    const { message } = status.conditions.find((c: any) => c.type === "Ready");
    assert.match(message, new RegExp(`configmaps "?.*is forbidden: User "${name}" cannot`));

    await allow(name, "get,list,watch,create,patch,delete");
    await inState(third.name, "ACTIVE");
    await mended(there.name);
    await mended(third.name);
    await mended(here.name);
  } finally {
    await cleanUp(name, "lowlies");
    await running.stop();
    await dropRights(name);
  }
});
