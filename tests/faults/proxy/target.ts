/**
 * Determines what a request to the API server addresses (verb, group, resource, namespace and name)
 * from its method, path and content type.
 */
import { isReview, isWriteVerb } from "../../support/controlplane/audit.ts";

/** What a request to the API server addresses, in Kubernetes' terms. */
export interface Target {
  /**
   * The request's verb: `get`, `list`, `watch`, `create`, `update`, `patch`, `apply`, `delete` or
   * `deletecollection`; `raw` for a URL that is not a resource.
   */
  verb: string;
  /** The API group; empty for the core group. */
  group: string;
  /**
   * The plural name of the resource, such as `configmaps`; empty for a URL that is not a resource.
   */
  resource: string;
  /** The subresource, such as `status`; empty if the request addresses the object itself. */
  subresource: string;
  /** The namespace; empty for cluster-scoped objects and for lists over all namespaces. */
  namespace: string;
  /**
   * The object's name; empty for lists, and for creates, which contain the name only in the body.
   */
  name: string;
}

const OF_OBJECT: Record<string, string> = {
  GET: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};
const OF_KIND: Record<string, string> = {
  GET: "list",
  POST: "create",
  DELETE: "deletecollection",
};

/**
 * Returns the target of a request. The paths of requests follow
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris.
 */
export function targetOf(method: string, url: URL, contentType = ""): Target {
  const parts = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const isCore = parts[0] === "api" && parts.length > 2;
  const isGroup = parts[0] === "apis" && parts.length > 3;
  const raw = { group: "", resource: "", subresource: "", namespace: "", name: "" };
  if (!isCore && !isGroup) return { verb: "raw", ...raw };
  const group = isCore ? "" : parts[1]!;
  let rest = parts.slice(isCore ? 2 : 3);
  let namespace = "";
  // The path `namespaces/x/status` addresses the Namespace x itself, while `namespaces/x/pods`
  // addresses objects in the Namespace.
  if (rest[0] === "namespaces" && rest.length > 2 && !["status", "finalize"].includes(rest[2]!)) {
    namespace = rest[1]!;
    rest = rest.slice(2);
  }
  const [resource = "", name = "", subresource = ""] = rest;
  return {
    verb: verbOf(method, url, contentType, name),
    group,
    resource,
    subresource,
    namespace,
    name,
  };
}

function verbOf(method: string, url: URL, contentType: string, name: string): string {
  if (method === "GET" && ["true", "1"].includes(url.searchParams.get("watch") ?? "")) {
    return "watch";
  }
  if (method === "PATCH" && contentType.startsWith("application/apply-patch")) return "apply";
  return (name === "" ? OF_KIND : OF_OBJECT)[method] ?? method.toLowerCase();
}

/** Whether the request may change an object. A dry run or a review changes nothing. */
export function isWrite(request: Target & { path: string }): boolean {
  return isWriteVerb(request.verb) && !isReview(request) && !request.path.includes("dryRun=All");
}
