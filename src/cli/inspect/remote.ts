/** Asks the HTTP endpoint of a controller why an instance is as it is, for `kro why --server`. */
import { ApiError, didYouMean, isObject, parseJson } from "../../api/mod.ts";
import { type Explanation, inOrder } from "../../explain/mod.ts";
import type { Endpoint } from "../endpoint.ts";
import type { EndpointResponse } from "../pinned_request.ts";
import { MissingObject, UsageError } from "../errors.ts";
import { isGraphName } from "./target.ts";

/** The instance, and the node or field, that a controller explains. */
export interface RemoteSubject {
  /** The kind, its plural or its singular, with or without the group. */
  kind: string;
  /** The name of the instance. */
  name: string;
  /** The namespace of the instance; `default` when absent. */
  namespace?: string;
  /** The node or the field, as `kro why` accepts it; the whole instance when absent. */
  subject?: string;
}

/** The fields of a graph that the JSON API lists. */
interface Graph {
  name: string;
  serves: { apiVersion: string; kind: string; plural: string; namespaced: boolean };
}

/** The fields of an instance that the JSON API lists. */
interface InstanceName {
  name: string;
  /** The namespace; an empty string for a cluster-scoped kind. */
  namespace: string;
}

/**
 * Returns the explanation of a controller. Rejects with UsageError when the URL is not that of a controller,
 * when the controller is a standby, or when it has no such kind, node or field; with MissingObject when the
 * instance does not exist; and with ApiError when the controller refuses the request.
 */
export async function whyOfServer(
  endpoint: Endpoint,
  { kind, name, namespace = "default", subject }: RemoteSubject,
): Promise<Explanation> {
  if (isGraphName(kind)) {
    throw new UsageError("--server explains instances only: leave it out to explain a graph");
  }
  const graphs = await listOf<Graph>(endpoint, "/graphs?fields=name,serves");
  const { name: graph, serves } = graphOf(kind, graphs);
  const place = serves.namespaced ? namespace : "-";
  const instances = `/graphs/${encodeURIComponent(graph)}/instances`;
  const path = `${instances}/${encodeURIComponent(place)}/${encodeURIComponent(name)}/why`;
  // A field without a node may start with a node, as the subject of the command does.
  const key = /^[^.[]+$/.test(subject ?? "") ? "node" : "field";
  const query = subject === undefined ? "" : `?${key}=${encodeURIComponent(subject)}`;
  const response = await endpoint.get(path + query);
  if (response.status === 404 && detailOf(response) !== undefined) {
    // The controller answers an unknown instance and an unknown node with the same status.
    const known = await listOf<InstanceName>(endpoint, `${instances}?fields=name,namespace`);
    const isHere = (each: InstanceName) => !serves.namespaced || each.namespace === namespace;
    if (known.some((each) => each.name === name && isHere(each))) {
      throw new UsageError(detailOf(response));
    }
    const [group] = serves.apiVersion.split("/");
    const ref = `${serves.kind}.${group} ${serves.namespaced ? `${namespace}/` : ""}${name}`;
    const other = known.find((each) => each.name === name)?.namespace;
    const hint = didYouMean(name, known.filter(isHere).map((each) => each.name)) ??
      (other === undefined
        ? `kro get ${serves.plural}${serves.namespaced ? " -A" : ""} lists the names`
        : `the namespace ${other} has it: use -n`);
    throw new MissingObject(`${ref} does not exist in the cluster; ${hint}`);
  }
  return inOrder(contentOf(endpoint, path, response, isExplanation));
}

/** Returns the graph that serves a kind. Throws UsageError when no graph or several graphs serve the kind. */
function graphOf(word: string, graphs: readonly Graph[]): Graph {
  const wanted = word.toLowerCase();
  const found = graphs.filter(({ serves }) => {
    const [group] = serves.apiVersion.split("/");
    const names = [serves.kind.toLowerCase(), serves.plural];
    return names.some((name) => name === wanted || `${name}.${group}` === wanted);
  });
  const [one, ...others] = found;
  if (one && others.length === 0) return one;
  if (one) {
    const names = found.map(({ serves: { apiVersion, plural } }) =>
      `${plural}.${apiVersion.split("/")[0]}`
    );
    throw new UsageError(`several graphs define the kind "${word}": name ${names.join(" or ")}`);
  }
  const kinds = graphs.map(({ serves }) => serves.kind).sort();
  const known = kinds.length === 0 ? "it serves no graph" : `its kinds are ${kinds.join(", ")}`;
  const names = graphs.flatMap(({ serves }) => [serves.plural, serves.kind.toLowerCase()]);
  throw new UsageError(
    `the controller serves no kind "${word}": ${didYouMean(wanted, names) ?? known}`,
  );
}

/** Reads all pages of a list. `path` has a query. */
async function listOf<T>(endpoint: Endpoint, path: string): Promise<T[]> {
  const items: T[] = [];
  let next = "";
  do {
    const page = contentOf(endpoint, path, await endpoint.get(path + next), isPage<T>);
    for (const item of page.items) items.push(item);
    next = page.continue === undefined ? "" : `&continue=${encodeURIComponent(page.continue)}`;
  } while (next !== "");
  return items;
}

/** Returns the JSON content of a response with status 200. Throws an error for any other response. */
function contentOf<T>(
  endpoint: Endpoint,
  path: string,
  response: EndpointResponse,
  isExpected: (value: unknown) => value is T,
): T {
  if (response.status === 200) {
    const content = jsonOf(response.text);
    if (isExpected(content)) return content;
    throw foreign(endpoint, path, response);
  }
  const detail = detailOf(response);
  if (detail === undefined) throw foreign(endpoint, path, response);
  const message = `${endpoint.url} responded with ${response.status}: ${detail}`;
  if (response.status === 401) {
    const remedy = endpoint.hasToken
      ? "the token of --token-file is not valid"
      : "set --token-file";
    throw new ApiError(`${message}; ${remedy}`, { reason: "Unauthorized" });
  }
  if (response.status === 403) throw new ApiError(message, { reason: "Forbidden" });
  throw new UsageError(message);
}

/** Returns the error for a response that no controller sends. */
function foreign({ url }: Endpoint, path: string, { status, type }: EndpointResponse): UsageError {
  const [at] = path.split("?");
  return new UsageError(
    `${url} is not the endpoint of a kro controller: ${at} responded with ${status} and ` +
      `${type === "" ? "no content type" : type}; check the URL`,
  );
}

/** Returns the detail of an error response of a controller; undefined for any other response. */
function detailOf({ type, text }: EndpointResponse): string | undefined {
  if (!type.startsWith("application/problem+json")) return undefined;
  const content = jsonOf(text);
  return isObject(content) && typeof content.detail === "string" ? content.detail : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function isPage<T>(value: unknown): value is { items: T[]; continue?: string } {
  return isObject(value) && Array.isArray(value.items) && value.items.every(isObject);
}

function isExplanation(value: unknown): value is Explanation {
  return isObject(value) && typeof value.text === "string" && Array.isArray(value.because) &&
    value.because.every(isExplanation);
}
