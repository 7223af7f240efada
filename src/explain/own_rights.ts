/** The permissions that the controller needs for itself, without any graph. */
import { CRD_KIND, LEASE_NAME, REVISION_KIND, RGD_KIND } from "../api/mod.ts";
import { mergeRights, type Right } from "./rights.ts";

/** The options of the controller on which its own permissions depend. */
export interface OwnRightsOptions {
  /** The namespace of the Lease by which the controller elects a leader. */
  leaseNamespace: string;
  /** Whether the controller runs with `--leader-elect`, which records an Event about each new leader. */
  leaderElect?: boolean;
  /** Whether the feature gate InstanceConditionEvents is on, which records Events about instances. */
  conditionEvents?: boolean;
  /**
   * Whether the controller runs with `--metrics-auth` or `--http-auth`, which check the tokens of clients.
   */
  tokenReviews?: boolean;
}

/**
 * Returns the permissions that the controller needs to run without any graph. The roles that Kubernetes
 * grants to every authenticated user (`system:discovery`, `system:basic-user`) already contain the
 * permissions to read discovery and to create SelfSubjectAccessReviews. The result does not contain these
 * permissions.
 *
 * @example
 * ```ts
 * import { controllerRights, rulesOf } from "./mod.ts";
 *
 * const rules = rulesOf(controllerRights({ leaseNamespace: "kro-system", leaderElect: true }));
 * console.log(rules.length);
 * ```
 */
export function controllerRights(options: OwnRightsOptions): Right[] {
  const { leaseNamespace, leaderElect, conditionEvents, tokenReviews } = options;
  const at = { namespaces: [leaseNamespace] };
  const events = { group: "", resource: "events" };
  const rights: Omit<Right, "purposes">[] = [
    { ...rgds, verbs: ["get", "list", "watch", "patch"] },
    { ...rgds, resource: `${rgds.resource}/status`, verbs: ["patch"] },
    { ...revisions, verbs: ["list", "watch", "create", "patch", "delete"] },
    { ...revisions, resource: `${revisions.resource}/status`, verbs: ["patch"] },
    { ...crds, verbs: ["get", "list", "watch", "create"] },
    {
      group: "apiregistration.k8s.io",
      resource: "apiservices",
      verbs: ["get", "list", "watch"],
    },
    { ...leases, verbs: ["create"], ...at },
    { ...leases, verbs: ["get", "list", "watch", "update"], names: [LEASE_NAME], ...at },
    ...(leaderElect ? [{ ...events, verbs: ["create"], ...at }] : []),
    ...(conditionEvents ? [{ ...events, verbs: ["create", "patch"] }] : []),
    ...(tokenReviews ? REVIEWS : []),
  ];
  return mergeRights(rights.map((right) => ({ ...right, purposes: ["controller"] })));
}

const rgds = { group: RGD_KIND.group, resource: RGD_KIND.plural };
const revisions = { group: REVISION_KIND.group, resource: REVISION_KIND.plural };
const crds = { group: CRD_KIND.group, resource: CRD_KIND.plural };
const leases = { group: "coordination.k8s.io", resource: "leases" };

const REVIEWS: readonly Omit<Right, "purposes">[] = [
  { group: "authentication.k8s.io", resource: "tokenreviews", verbs: ["create"] },
  { group: "authorization.k8s.io", resource: "subjectaccessreviews", verbs: ["create"] },
];
