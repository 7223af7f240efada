/** Sends reviews, such as a TokenReview, which ask the API server about authentication or authorization. */
import { isObject, type JsonObject, type KindRef } from "../api/mod.ts";
import type { KubeClient } from "./types.ts";

/** An action on a resource, as ResourceAttributes of `authorization.k8s.io/v1` describe it. */
export interface ResourceAccess {
  /** The verb of the action, such as `patch`; `*` for all verbs. */
  verb: string;
  /** The API group of the resource; an empty string for the core group, `*` for all groups. */
  group: string;
  /** The plural name of the resource; `*` for all resources. */
  resource: string;
  /** The name of the subresource, such as `status`; absent for the resource itself. */
  subresource?: string;
  /** The namespace of the action; absent for all namespaces, and for cluster-scoped resources. */
  namespace?: string;
  /** The name of the object that the action concerns; absent for all objects. */
  name?: string;
}

/**
 * Returns whether this client may perform the action, by a SelfSubjectAccessReview. A 403 response alone does
 * not show that a permission is missing: an admission policy, a quota or a namespace that is being deleted
 * may also cause such a response. Rejects with ApiError when the API server refuses the review.
 *
 * @example
 * ```ts
 * import { connect, loadConfig, mayAccess } from "./mod.ts";
 *
 * const client = connect(await loadConfig(), { userAgent: "kro/1.0" });
 * const access = { verb: "patch", group: "apps", resource: "deployments", namespace: "shop" };
 * console.log(await mayAccess(client, access));
 * ```
 */
export async function mayAccess(
  client: Pick<KubeClient, "create">,
  access: ResourceAccess,
): Promise<boolean> {
  const kind = { group: "authorization.k8s.io", kind: "SelfSubjectAccessReview" };
  const { allowed } = await review(client, kind, { resourceAttributes: { ...access } });
  return allowed === true;
}

/**
 * Sends a review of a kind such as TokenReview, and returns the status that the API server filled in. Rejects
 * with ApiError when the request fails.
 */
export async function review(
  client: Pick<KubeClient, "create">,
  { group, kind }: { group: string; kind: string },
  spec: JsonObject,
): Promise<JsonObject> {
  const plural = `${kind.toLowerCase()}s`;
  const ref: KindRef = { group, version: "v1", kind, plural, namespaced: false };
  const object = { apiVersion: `${group}/v1`, kind, metadata: {}, spec };
  const { status } = await client.create(ref, object, { fieldManager: "kro" });
  return isObject(status) ? status : {};
}
