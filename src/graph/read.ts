/**
 * Reads an RGD from any JSON value. Checks the types of fields, the names, and the combinations of fields.
 */
import {
  deeperThan,
  isObject,
  type Json,
  type JsonObject,
  KRO_GROUP,
  Label,
  MAX_SPEC_DEPTH,
} from "../api/mod.ts";
import { checkCrdFields } from "./crd_fields.ts";
import { kindOfJson } from "./json.ts";
import { LABEL_LENGTH, labelFault } from "./label_syntax.ts";
import { identifierFault, kindFault } from "./names.ts";
import { hasNoPlural } from "./plural.ts";
import { type NodeDraft, readNode } from "./read_node.ts";
import type { Report } from "./report.ts";

/** The content of `spec.schema` with defaults filled in. */
export interface SchemaDraft {
  /**
   * The kind of the instances; an empty string when the kind is missing or not a string. A missing or invalid
   * kind has been reported already.
   */
  kind: string;
  /** The API version of the instances, such as `v1alpha1`. */
  version: string;
  /** The API group of the instances. The default is `kro.run`. */
  group: string;
  /** Whether instances belong to a namespace; true by default. */
  namespaced: boolean;
  /** The fields of an instance's `spec`, in SimpleSchema. */
  spec: JsonObject;
  /** The custom types that {@link spec} uses, in SimpleSchema. */
  types: JsonObject;
  /** The fields of an instance's `status`, with the expressions that compute their values. */
  status: JsonObject;
  /** The whole `spec.schema`, from which further fields are copied to the CRD. */
  raw: JsonObject;
}

/** The parts of an RGD whose fields have the right types. */
export interface RgdDraft {
  /** The `metadata.name` of the RGD; an empty string when it is missing. */
  name: string;
  /** The checked content of `spec.schema`. */
  schema: SchemaDraft;
  /** The entries of `spec.resources` that have an id, in the order of the RGD. */
  nodes: NodeDraft[];
}

/**
 * Reads an RGD and reports its problems. Returns undefined when the RGD is so faulty that it cannot be
 * checked further.
 */
export function readRgd(rgd: unknown, maxDimensions: number, report: Report): RgdDraft | undefined {
  const spec = isObject(rgd) ? rgd.spec : undefined;
  if (!isObject(spec) || !isObject(spec.schema)) {
    const path = isObject(spec) ? "schema" : undefined;
    report({ code: "SCHEMA", path, message: `${path ? "spec.schema" : "spec"} is missing` });
    return undefined;
  }
  // The functions that visit a spec are recursive, so a spec with deeper nesting could overflow the stack.
  if (deeperThan(spec, MAX_SPEC_DEPTH)) {
    report({ code: "SHAPE", message: `spec is nested deeper than ${MAX_SPEC_DEPTH} levels` });
    return undefined;
  }
  const metadata = isObject(rgd) && isObject(rgd.metadata) ? rgd.metadata : {};
  const name = typeof metadata.name === "string" ? metadata.name : "";
  const fault = labelFault("metadata.name", name, Label.rgdName);
  if (fault) report({ code: "NAMING", message: fault });
  return {
    name,
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
  const fault = kind === "" ? undefined : kindFault(kind) ?? pluralFault(kind) ?? lengthFault(kind);
  if (fault) report({ code: "NAMING", path: "schema.kind", message: fault });
  const group = text("group", KRO_GROUP);
  const long = labelFault("the group", group, Label.instanceGroup);
  if (long) report({ code: "NAMING", path: "schema.group", message: long });
  checkCrdFields(raw, group, report);
  const scope = raw.scope ?? "Namespaced";
  if (scope !== "Namespaced" && scope !== "Cluster") {
    const message = `scope must be Namespaced or Cluster`;
    report({ code: "SCHEMA", path: "schema.scope", message });
  }
  return {
    kind,
    version: text("apiVersion"),
    group,
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

/**
 * Returns the problem of a kind whose name is too long; undefined when the name is short enough. The CRD
 * contains `<kind>List` and the plural, and both must be DNS labels. Only the length of `<kind>List` is
 * checked, because the plural is shorter: the plural has at most three characters more than the kind.
 */
function lengthFault(kind: string): string | undefined {
  const longest = LABEL_LENGTH - "List".length;
  if (kind.length <= longest) return undefined;
  return `the kind has ${kind.length} characters, but at most ${longest} are allowed`;
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
