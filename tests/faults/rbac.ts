/** Revokes a permission of kro for some time, by changing RBAC objects as an administrator would. */
import type { RunningControlPlane } from "../support/controlplane/mod.ts";
import { kubectl } from "../support/controlplane/shared.ts";
import { roles } from "../support/controlplane/users.ts";

const NAME = "faults:less";
const FULL = "controlplane:kro";

interface Binding {
  metadata: { name: string };
  subjects: unknown;
}

/** Runs `during` while kro has all permissions except on one resource of the core API group. */
export async function withoutRightTo(
  resource: string,
  controlPlane: RunningControlPlane,
  during: () => Promise<void>,
): Promise<void> {
  const full = roles().map(({ object }) => object as Binding)
    .find(({ metadata }) => metadata.name === FULL)!;
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const role = { apiVersion, kind: "ClusterRole", metadata: { name: NAME } };
  const binding = { ...role, kind: "ClusterRoleBinding" };
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: NAME };
  const apply = (object: unknown) =>
    kubectl(["apply", "--server-side", "-f", "-"], { on: controlPlane, stdin: object });
  await apply({ ...role, rules: await rulesWithout(resource, controlPlane) });
  await apply({ ...binding, roleRef, subjects: full.subjects });
  await kubectl(["delete", "clusterrolebinding", FULL], { on: controlPlane });
  try {
    await during();
  } finally {
    await apply(full);
    await kubectl(["delete", "clusterrolebinding,clusterrole", NAME], { on: controlPlane });
  }
}

/**
 * Returns RBAC rules that permit every served resource except one. RBAC cannot deny a resource, so
 * the rules must list all others.
 */
async function rulesWithout(resource: string, controlPlane: RunningControlPlane) {
  const served = async <T>(path: string) =>
    JSON.parse(await kubectl(["get", "--raw", path], { on: controlPlane })) as T;
  const core = await served<{ resources: { name: string }[] }>("/api/v1");
  const others = await served<{ groups: { name: string }[] }>("/apis");
  const resources = core.resources.map(({ name }) => name)
    .filter((name) => name.split("/")[0] !== resource);
  const verbs = ["*"];
  return [
    { apiGroups: [""], resources, verbs },
    { apiGroups: others.groups.map(({ name }) => name), resources: ["*"], verbs },
    { nonResourceURLs: ["*"], verbs },
  ];
}
