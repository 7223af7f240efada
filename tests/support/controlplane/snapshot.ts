// The command `deno task snapshot`: starts a control plane and writes the OpenAPI schemas of all
// built-in kinds into the source.
import { Buffer } from "node:buffer";
import { brotliCompressSync, constants } from "node:zlib";
import {
  apiVersionOf,
  gvkKey,
  isObject,
  type Json,
  type JsonObject,
  type KindRef,
} from "../../../src/api/mod.ts";
import { PLAIN_KEYWORDS, refOf } from "../../../src/openapi/convert.ts";
import { type OpenApiDocument, rootsOf } from "../../../src/openapi/link.ts";
import type { SnapshotDocument } from "../../../src/openapi/snapshot.ts";
import { type ControlPlane, startControlPlane } from "./mod.ts";

const FILE = new URL("../../../src/openapi/snapshot.json", import.meta.url);
const PREFIX = "#/components/schemas/";

/** The response to `/api` and `/apis` in the format of aggregated discovery. */
interface GroupList {
  items: {
    metadata: { name?: string };
    versions: {
      version: string;
      resources?: {
        resource: string;
        scope: string;
        responseKind?: { group: string; version: string; kind: string };
      }[];
    }[];
  }[];
}

if (import.meta.main) {
  await using plane = await startControlPlane({
    without: ["kube-controller-manager", "kube-scheduler", "kwok"],
    progress: (line) => console.error(line),
  });
  const { gitVersion } = await get<{ gitVersion: string }>(plane, "/version");
  const document = await record(plane);
  const text = JSON.stringify({ kubernetes: gitVersion, document: compress(document) });
  await Deno.writeTextFile(FILE, text + "\n");
  console.log(
    `${document.kinds.length} kinds of Kubernetes ${gitVersion}, ` +
      `${Object.keys(document.definitions).length} definitions, ${text.length} bytes`,
  );
}

async function record(plane: ControlPlane): Promise<SnapshotDocument> {
  const resources = await discover(plane);
  const kinds: SnapshotDocument["kinds"] = [];
  const definitions: Record<string, JsonObject> = {};
  for (const [apiVersion, members] of Map.groupBy(resources, apiVersionOf)) {
    const prefix = members[0]!.group === "" ? "api" : "apis";
    const path = `/openapi/v3/${prefix}/${apiVersion}`;
    const schemas = (await get<OpenApiDocument>(plane, path)).components?.schemas ?? {};
    const roots = rootsOf(schemas);
    for (const kind of members) {
      const definition = roots.get(gvkKey(kind));
      if (definition === undefined) throw new Error(`${path} does not define ${kind.kind}`);
      kinds.push({ ...kind, definition });
      collect(definition, schemas, definitions);
    }
  }
  kinds.sort((a, b) => sortKey(a) < sortKey(b) ? -1 : 1);
  return { kinds, definitions };
}

async function discover(plane: ControlPlane): Promise<KindRef[]> {
  const lists = await Promise.all(["/api", "/apis"].map((path) => get<GroupList>(plane, path)));
  return lists.flatMap(({ items }) =>
    items.flatMap(({ metadata, versions }) =>
      versions.flatMap(({ version, resources = [] }) =>
        resources.flatMap(({ resource, scope, responseKind }) =>
          responseKind
            ? [{
              group: metadata.name ?? "",
              version,
              kind: responseKind.kind,
              plural: resource,
              namespaced: scope === "Namespaced",
            }]
            : []
        )
      )
    )
  );
}

/**
 * Copies a schema definition from `from` to `into`, with all definitions that it refers to. Omits the schema
 * keywords that kro does not read, such as `description`.
 */
function collect(
  name: string,
  from: Record<string, JsonObject>,
  into: Record<string, JsonObject>,
): void {
  if (into[name]) return;
  const definition = from[name];
  if (!definition) throw new Error(`definition ${name} is missing`);
  // Adds the name before the recursion, so that definitions which refer to each other cause no endless
  // recursion.
  into[name] = {};
  into[name] = strip(definition, (ref) => collect(ref.replace(PREFIX, ""), from, into));
}

function strip(json: JsonObject, visit: (ref: string) => void): JsonObject {
  const ref = refOf(json);
  if (ref !== undefined) visit(ref);
  const inner = (value: Json | undefined): Json => isObject(value) ? strip(value, visit) : value!;
  const kept: JsonObject = ref === undefined ? {} : { $ref: ref };
  for (const [key, value] of Object.entries(json)) {
    if (PLAIN_KEYWORDS.has(key)) kept[key] = value;
    else if (key === "items" || key === "additionalProperties" || key === "not") {
      kept[key] = inner(value);
    } else if ((key === "oneOf" || key === "anyOf") && Array.isArray(value)) {
      kept[key] = value.map(inner);
    } else if (key === "properties" && isObject(value)) {
      kept[key] = Object.fromEntries(Object.entries(value).map(([k, v]) => [k, inner(v)]));
    }
  }
  return kept;
}

function compress(document: SnapshotDocument): string {
  const bytes = Buffer.from(JSON.stringify(document));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return brotliCompressSync(bytes, { params }).toString("base64");
}

async function get<T>(plane: ControlPlane, path: string): Promise<T> {
  const client = Deno.createHttpClient({ caCerts: [plane.ca] });
  try {
    const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
      "application/json";
    const headers = { authorization: `Bearer ${plane.token("admin")}`, accept };
    const response = await fetch(plane.server + path, { client, headers });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return await response.json() as T;
  } finally {
    client.close();
  }
}

function sortKey(kind: KindRef): string {
  return `${kind.group}/${kind.version}/${kind.kind}`;
}
