/** Reads an RGD from JSON of any shape, and checks shapes, names and combinations of fields. */
import { deeperThan, isObject, type Json, type JsonObject, KRO_GROUP } from "../api/mod.ts";
import { kindOfJson } from "./json.ts";
import { identifierFault, kindFault } from "./names.ts";
import { hasNoPlural } from "./plural.ts";
import { type NodeDraft, readNode } from "./read_node.ts";
import type { Report } from "./report.ts";

/** `spec.schema` with defaults filled in. */
export interface SchemaDraft {
  /** The kind of the instances; empty when it is missing or not a string, which was reported. */
  kind: string;
  /** The version of the instances' API, from `apiVersion`. */
  version: string;
  /** The API group of the instances; the default is `kro.run`. */
  group: string;
  /** Whether instances are namespaced; the default is true. */
  namespaced: boolean;
  /** The fields of the instances' spec, in SimpleSchema. */
  spec: JsonObject;
  /** The custom types that {@link spec} refers to, in SimpleSchema. */
  types: JsonObject;
  /** The fields of the instances' status, with expressions. */
  status: JsonObject;
  /** The whole `spec.schema`, for the fields that are copied to the CRD. */
  raw: JsonObject;
}

/** The parts of an RGD that have the right shape. */
export interface RgdDraft {
  /** The RGD's `metadata.name`; empty when it is missing. */
  name: string;
  /** The checked `spec.schema`. */
  schema: SchemaDraft;
  /** The entries of `spec.resources` that have an id, in the order of the RGD. */
  nodes: NodeDraft[];
}

/** The deepest nesting of a spec: all walks recurse, and the stack is limited. */
const MAX_DEPTH = 128;

/** Reads an RGD and reports its problems. Undefined when it cannot be checked any further. */
export function readRgd(rgd: unknown, maxDimensions: number, report: Report): RgdDraft | undefined {
  const spec = isObject(rgd) ? rgd.spec : undefined;
  if (!isObject(spec) || !isObject(spec.schema)) {
    const path = isObject(spec) ? "schema" : undefined;
    report({ code: "SCHEMA", path, message: `${path ? "spec.schema" : "spec"} is missing` });
    return undefined;
  }
  if (deeperThan(spec, MAX_DEPTH)) {
    report({ code: "SHAPE", message: `spec is nested deeper than ${MAX_DEPTH} levels` });
    return undefined;
  }
  const metadata = isObject(rgd) && isObject(rgd.metadata) ? rgd.metadata : {};
  return {
    name: typeof metadata.name === "string" ? metadata.name : "",
    schema: readSchema(spec.schema, report),
    nodes: readNodes(spec.resources, maxDimensions, report),
  };
}

function readSchema(raw: JsonObject, report: Report): SchemaDraft {
  const text = (field: string, otherwise = "") => {
    const value = raw[field] ?? otherwise;
    if (typeof value === "string" && value !== "") return value;
    const message = value === "" ? "is missing" : `must be a string, not ${kindOfJson(value)}`;
    report({ code: "SCHEMA", path: `schema.${field}`, message });
    return "";
  };
  const object = (field: string) => {
    const value = raw[field] ?? {};
    if (isObject(value)) return value;
    const message = `must be an object, not ${kindOfJson(value)}`;
    report({ code: field === "status" ? "STATUS" : "SCHEMA", path: `schema.${field}`, message });
    return {};
  };
  const kind = text("kind");
  const fault = kind === "" ? undefined : kindFault(kind) ?? pluralFault(kind);
  if (fault) report({ code: "NAMING", path: "schema.kind", message: fault });
  const scope = raw.scope ?? "Namespaced";
  if (scope !== "Namespaced" && scope !== "Cluster") {
    const message = `scope must be Namespaced or Cluster`;
    report({ code: "SCHEMA", path: "schema.scope", message });
  }
  return {
    kind,
    version: text("apiVersion"),
    group: text("group", KRO_GROUP),
    namespaced: scope !== "Cluster",
    spec: object("spec"),
    types: object("types"),
    status: object("status"),
    raw,
  };
}

function pluralFault(kind: string): string | undefined {
  if (!hasNoPlural(kind.toLowerCase())) return undefined;
  return `kind "${kind}" has no plural that is valid in a CRD's name; choose another kind`;
}

function readNodes(raw: Json | undefined, maxDimensions: number, report: Report): NodeDraft[] {
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw)) {
    const message = `must be a list, not ${kindOfJson(raw)}`;
    report({ code: "SHAPE", path: "resources", message });
    return [];
  }
  const nodes: NodeDraft[] = [];
  const seen = new Set<string>();
  const ids = new Set(raw.flatMap((r) => isObject(r) && typeof r.id === "string" ? [r.id] : []));
  for (const [index, entry] of raw.entries()) {
    const path = `resources[${index}]`;
    const id = isObject(entry) ? entry.id : undefined;
    if (!isObject(entry)) {
      report({ code: "SHAPE", path, message: `must be an object, not ${kindOfJson(entry)}` });
    } else if (typeof id !== "string" || id === "") {
      report({ code: "NAMING", path: `${path}.id`, message: "a resource needs an id" });
    } else if (seen.has(id)) {
      report({ code: "NAMING", node: id, path: `${path}.id`, message: `id "${id}" is used twice` });
    } else {
      seen.add(id);
      const fault = identifierFault(id);
      if (fault) report({ code: "NAMING", node: id, path: `${path}.id`, message: fault });
      nodes.push(readNode(id, entry, ids, maxDimensions, report));
    }
  }
  return nodes;
}
