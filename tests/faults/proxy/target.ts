/** The target of a request to the API server, parsed from its method, path and content type. */
import { isWriteVerb } from "../../support/controlplane/audit.ts";

/** A request's target, in Kubernetes' terms. */
export interface Target {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `apply`, `delete`, `deletecollection`; `raw` for non-resource URLs. */
  verb: string;
  /** API group, empty for the core group. */
  group: string;
  /** Plural name; empty for raw paths. */
  resource: string;
  /** Empty without a subresource. */
  subresource: string;
  /** Empty for cluster-scoped objects and lists over all namespaces. */
  namespace: string;
  /** Empty for lists and creates; a created object's name is only in the body. */
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

/** Parses the target; the paths are those of https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris. */
export function targetOf(method: string, url: URL, contentType = ""): Target {
  const parts = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const isCore = parts[0] === "api" && parts.length > 2;
  const isGroup = parts[0] === "apis" && parts.length > 3;
  const raw = { group: "", resource: "", subresource: "", namespace: "", name: "" };
  if (!isCore && !isGroup) return { verb: "raw", ...raw };
  const group = isCore ? "" : parts[1]!;
  let rest = parts.slice(isCore ? 2 : 3);
  let namespace = "";
  // `namespaces/x` is the Namespace itself, also with a subresource.
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

/** Whether the request may change an object. A dry run does not. */
export function isWrite(request: Target & { path: string }): boolean {
  return isWriteVerb(request.verb) && !request.path.includes("dryRun=All");
}
