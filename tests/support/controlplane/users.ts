/**
 * The users that the API server knows. Each component authenticates as a user of its own, so that
 * the audit log shows which component sent a request.
 */
import { dump } from "js-yaml";

/**
 * The users that tests can authenticate as: an administrator, kro's controller, and a user with
 * read-only permissions.
 */
export type User = "admin" | "kro" | "reader";

/** All users: the users of tests, and the users as which the control plane's components authenticate. */
export type AnyUser = User | "launcher" | "kwok" | "kube-controller-manager" | "kube-scheduler";

// Maps each user to the name and the group that the API server knows. Members of the group
// `system:masters` always have all permissions. RBAC grants permissions to the other users by name
// or group.
const accounts: Readonly<Record<AnyUser, { user: string; group: string }>> = {
  "admin": { user: "admin", group: "system:masters" },
  "kro": { user: "kro", group: "kro" },
  "reader": { user: "reader", group: "readers" },
  "launcher": { user: "launcher", group: "system:masters" },
  "kwok": { user: "kwok", group: "system:masters" },
  "kube-controller-manager": { user: "system:kube-controller-manager", group: "controlplane" },
  "kube-scheduler": { user: "system:kube-scheduler", group: "controlplane" },
};

/** Every user that the API server knows. */
export const users: readonly AnyUser[] = Object.keys(accounts) as AnyUser[];

/** Returns a new token for each user. */
export function makeTokens(): Record<AnyUser, string> {
  return Object.fromEntries(users.map((user) => [user, crypto.randomUUID()])) as Record<
    AnyUser,
    string
  >;
}

/** Returns the content of the API server's token file. */
export function tokenFile(tokens: Record<AnyUser, string>): string {
  return users.map((name) => {
    const { user, group } = accounts[name];
    return `${tokens[name]},${user},${name},"${group}"\n`;
  }).join("");
}

/**
 * Returns a kubeconfig that contains the authority's certificate and the user's token, and refers
 * to no other file.
 */
export function kubeconfig(server: string, ca: string, user: AnyUser, token: string): string {
  const name = "kro-controlplane";
  return dump({
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{ name, cluster: { server, "certificate-authority-data": btoa(ca) } }],
    "users": [{ name: user, user: { token } }],
    "contexts": [{ name, context: { cluster: name, user, namespace: "default" } }],
    "current-context": name,
  });
}

/**
 * Returns RBAC objects that grant all permissions to kro and read-only permissions to the user
 * `reader`.
 */
export function roles(): { path: string; object: unknown }[] {
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const group = "rbac.authorization.k8s.io";
  const apiVersion = `${group}/v1`;
  const binding = (name: string, role: string, user: User) => ({
    path: `${rbac}/clusterrolebindings`,
    object: {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: group, kind: "ClusterRole", name: role },
      subjects: [{ apiGroup: group, kind: "User", name: accounts[user].user }],
    },
  });
  return [
    {
      path: `${rbac}/clusterroles`,
      object: {
        apiVersion,
        kind: "ClusterRole",
        metadata: { name: "controlplane:reader" },
        rules: [
          { apiGroups: ["*"], resources: ["*"], verbs: ["get", "list", "watch"] },
          { nonResourceURLs: ["*"], verbs: ["get"] },
        ],
      },
    },
    binding("controlplane:reader", "controlplane:reader", "reader"),
    binding("controlplane:kro", "cluster-admin", "kro"),
  ];
}
