import assert from "node:assert/strict";
import { type AuditEntry, AuditLog, calls } from "../../support/controlplane/mod.ts";
import {
  eventually,
  LIMIT_SECONDS,
  sharedControlPlane,
  testNamespace,
} from "../../support/cluster/mod.ts";

Deno.test("the control plane serves requests and has a ready node", async () => {
  const { kubectl } = await sharedControlPlane();
  assert.equal((await kubectl(["get", "--raw", "/readyz"])).stdout, "ok");
  const condition = '{.items[*].status.conditions[?(@.type=="Ready")].status}';
  assert.equal((await kubectl(["get", "nodes", "-o", `jsonpath=${condition}`])).stdout, "True");
});

Deno.test("each user has exactly the rights of its role", async () => {
  const { kubectl } = await sharedControlPlane();
  await using namespace = await testNamespace("users");
  const cases = [
    ["admin", ["create", "configmap", "by-admin"], 0],
    ["kro", ["create", "configmap", "by-kro"], 0],
    ["kro", ["create", "clusterrole", `${namespace.name}`, "--verb=*", "--resource=*.*"], 0],
    ["kro", ["delete", "clusterrole", `${namespace.name}`], 0],
    ["reader", ["get", "configmap", "by-kro"], 0],
    ["reader", ["get", "customresourcedefinitions"], 0],
    ["reader", ["get", "--raw", "/openapi/v3"], 0],
    ["reader", ["create", "configmap", "by-reader"], 1],
    ["reader", ["delete", "configmap", "by-kro"], 1],
  ] as const;
  for (const [user, args, code] of cases) {
    const result = await kubectl(["-n", namespace.name, ...args], { user });
    assert.equal(result.code, code, `${user}: kubectl ${args.join(" ")}: ${result.stderr}`);
    if (code !== 0) assert.match(result.stderr, /User "reader" cannot/);
  }
});

Deno.test("the audit log records the user of each call", async () => {
  const { kubectl, auditLog } = await sharedControlPlane();
  await using namespace = await testNamespace("audit");
  const log = await AuditLog.fromNow(auditLog);
  const inNamespace = ["-n", namespace.name];
  await kubectl([...inNamespace, "create", "configmap", "one"], { user: "kro" });
  await kubectl([...inNamespace, "get", "configmap", "one"], { user: "reader" });
  await kubectl([...inNamespace, "create", "configmap", "two"], { user: "reader" });
  const entries: AuditEntry[] = [];
  await eventually("all three calls are in the log", async () => {
    entries.push(
      ...calls(await log.read()).filter(({ namespace: of, user }) =>
        of === namespace.name && ["kro", "reader"].includes(user)
      ),
    );
    return entries.length >= 3;
  });
  assert.deepEqual(
    entries.map(({ user, verb, resource, code }) => `${user} ${verb} ${resource} ${code}`),
    ["kro create configmaps 201", "reader get configmaps 200", "reader create configmaps 403"],
  );
});

/** The timeout flag for kubectl commands that wait. */
const TIMEOUT = `--timeout=${LIMIT_SECONDS}s`;

Deno.test("a Deployment of two replicas becomes Available and its pods go with it", async () => {
  const { kubectl } = await sharedControlPlane();
  await using namespace = await testNamespace("deployment");
  const inNamespace = ["-n", namespace.name];
  const manifest = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "web" }] },
      },
    },
  };
  const applied = await kubectl([...inNamespace, "apply", "-f", "-"], {
    stdin: JSON.stringify(manifest),
  });
  assert.equal(applied.code, 0, applied.stderr);
  const waited = await kubectl(
    [...inNamespace, "wait", "deployment/web", "--for=condition=Available", TIMEOUT],
  );
  assert.equal(waited.code, 0, waited.stderr);
  const replicas = await kubectl(
    [...inNamespace, "get", "deployment", "web", "-o", "jsonpath={.status.availableReplicas}"],
  );
  assert.equal(replicas.stdout, "2");
  const deleted = await kubectl(
    [...inNamespace, "delete", "deployment", "web", "--cascade=foreground", TIMEOUT],
  );
  assert.equal(deleted.code, 0, deleted.stderr);
  const pods = await kubectl([...inNamespace, "get", "pods", "-o", "name"]);
  assert.equal(pods.stdout, "");
});
