/** Reads one entry of `spec.resources`: derives the node type and reads the parts of the node. */
import { isObject, type Json, type JsonObject, Label } from "../api/mod.ts";
import { kindOfJson } from "./json.ts";
import { labelFault } from "./label_syntax.ts";
import { identifierFault } from "./names.ts";
import { forNode, type Report } from "./report.ts";
import type { NodeType } from "./types.ts";

/** The parts of an entry of `spec.resources` whose fields have the right types. */
export interface NodeDraft {
  /** The id of the node, which is not empty and is unique in the RGD. */
  id: string;
  /** The node type, derived from the fields that are present. */
  type: NodeType;
  /** The template, or the apiVersion, kind and metadata of an external reference; absent when malformed. */
  object?: JsonObject;
  /**
   * The forEach dimensions in the order of the RGD. Each dimension has a variable and an expression that
   * returns a list.
   */
  forEach: { variable: string; list: string }[];
  /** The expressions of includeWhen as their author wrote them. */
  includeWhen: string[];
  /** The expressions of readyWhen as their author wrote them. */
  readyWhen: string[];
}

/**
 * Returns the field of an entry of `spec.resources` that contains the node's object. In messages, the paths
 * of the object's fields begin with this field, such as `template` in `template.spec.replicas`.
 */
export function rootOf(type: NodeType): "template" | "externalRef" {
  return type === "external" || type === "externalCollection" ? "externalRef" : "template";
}

/**
 * Reads an entry of `spec.resources` and reports its problems.
 *
 * @param ids The ids of all nodes of the RGD. A forEach variable must not have the same name as a node.
 */
export function readNode(
  id: string,
  raw: JsonObject,
  ids: ReadonlySet<string>,
  maxDimensions: number,
  reportAll: Report,
): NodeDraft {
  const report = forNode(reportAll, id);
  const has = (field: string) => raw[field] !== undefined && raw[field] !== null;
  const forEach = readForEach(raw.forEach, ids, maxDimensions, report);
  const external = has("externalRef") && !has("template");
  if (has("externalRef") === has("template")) {
    const message = "exactly one of template and externalRef must be given";
    report({ code: "COMBINATION", message });
  }
  if (has("externalRef") && has("forEach")) {
    report({ code: "COMBINATION", message: "an externalRef cannot have forEach" });
  }
  const draft = {
    id,
    forEach: external ? [] : forEach,
    includeWhen: readStrings("includeWhen", raw.includeWhen, report),
    readyWhen: readStrings("readyWhen", raw.readyWhen, report),
  };
  if (external) {
    const object = readExternalRef(raw.externalRef!, report);
    const selector = isObject(object?.metadata) && object.metadata.selector !== undefined;
    return { ...draft, type: selector ? "externalCollection" : "external", object };
  }
  const type = forEach.length > 0 ? "collection" : "resource";
  const fault = labelFault("the id", id, Label.nodeId);
  if (fault) report({ code: "NAMING", path: "id", message: fault, hint: "shorten the id" });
  if (!has("template")) return { ...draft, type };
  if (isObject(raw.template)) return { ...draft, type, object: raw.template };
  const message = `must be an object, not ${kindOfJson(raw.template)}`;
  report({ code: "SHAPE", path: "template", message });
  return { ...draft, type };
}

/**
 * Reads an external reference: its apiVersion and kind, and the name, namespace and selector in its
 * metadata.
 */
function readExternalRef(raw: Json, report: Report): JsonObject | undefined {
  if (!isObject(raw)) {
    const message = `must be an object, not ${kindOfJson(raw)}`;
    report({ code: "SHAPE", path: "externalRef", message });
    return undefined;
  }
  if (!isObject(raw.metadata)) return { ...raw };
  const { name, namespace, selector } = raw.metadata;
  const given = (v: Json | undefined) => v !== undefined && v !== null && v !== "";
  if (given(name) === given(selector)) {
    const message = "exactly one of name and selector must be given";
    report({ code: "COMBINATION", path: "externalRef.metadata", message });
  }
  for (const [field, value] of Object.entries({ name, namespace })) {
    if (!given(value) || typeof value === "string") continue;
    const message = `must be a string, not ${kindOfJson(value)}`;
    report({ code: "SHAPE", path: `externalRef.metadata.${field}`, message });
  }
  const metadata: JsonObject = {};
  if (given(name)) metadata.name = name;
  if (namespace !== undefined && namespace !== "") metadata.namespace = namespace;
  if (given(selector)) metadata.selector = selector;
  return { apiVersion: raw.apiVersion, kind: raw.kind, metadata };
}

function readForEach(
  raw: Json | undefined,
  ids: ReadonlySet<string>,
  maxDimensions: number,
  report: Report,
): NodeDraft["forEach"] {
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw)) {
    const message = `must be a list, not ${kindOfJson(raw)}`;
    report({ code: "SHAPE", path: "forEach", message });
    return [];
  }
  if (raw.length > maxDimensions) {
    const message = `at most ${maxDimensions} dimensions are allowed, not ${raw.length}`;
    report({ code: "NAMING", path: "forEach", message });
  }
  const dimensions: NodeDraft["forEach"] = [];
  const seen = new Set<string>();
  for (const [index, entry] of raw.entries()) {
    const path = `forEach[${index}]`;
    const pairs = isObject(entry) ? Object.entries(entry) : [];
    const [variable, list] = pairs[0] ?? [];
    if (pairs.length !== 1 || variable === undefined || typeof list !== "string") {
      const message = "a dimension is one variable and its list: `name: ${list}`";
      report({ code: "SHAPE", path, message });
      continue;
    }
    const fault = identifierFault(variable) ??
      (ids.has(variable) ? `"${variable}" is the id of a resource` : undefined) ??
      (seen.has(variable) ? `"${variable}" is used twice` : undefined);
    // In YAML 1.1, keys such as `y` and `on` are booleans. kubectl reads YAML 1.1, so the variable arrives
    // as `true` or `false`.
    const hint = variable === "true" || variable === "false"
      ? "quote it: YAML reads y, n, yes, no, on and off as true and false"
      : undefined;
    if (fault) report({ code: "NAMING", path: `${path}.${variable}`, message: fault, hint });
    if (!seen.has(variable)) dimensions.push({ variable, list });
    seen.add(variable);
  }
  return dimensions;
}

function readStrings(field: string, raw: Json | undefined, report: Report): string[] {
  if (raw === undefined || raw === null) return [];
  const list = Array.isArray(raw) ? raw : [raw];
  if (Array.isArray(raw) && list.every((v) => typeof v === "string")) return list as string[];
  report({ code: "SHAPE", path: field, message: "must be a list of expressions" });
  return list.filter((v) => typeof v === "string");
}
