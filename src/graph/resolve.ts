/**
 * Looks up the kind of a node, and checks the structure, the scope and the labels and annotations of the
 * node's object.
 */
import {
  apiVersionOf,
  didYouMean,
  type GroupVersionKind,
  gvkKey,
  isObject,
  type JsonObject,
  parseGvk,
  RESERVED_PREFIXES,
} from "../api/mod.ts";
import { type KindInfo, type KindTable, snapshotKinds } from "../openapi/mod.ts";
import { kindOfJson } from "./json.ts";
import { checkLimits } from "./limits.ts";
import { type NodeDraft, rootOf } from "./read_node.ts";
import type { Report } from "./report.ts";

const KIND = /^[A-Za-z]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;
const VERSION = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const GROUP = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$/;

/** Returns the kind of an object; undefined when its apiVersion or kind has invalid syntax. */
export function gvkOf(object: JsonObject | undefined): GroupVersionKind | undefined {
  const { apiVersion, kind } = object ?? {};
  if (typeof apiVersion !== "string" || typeof kind !== "string") return undefined;
  const gvk = parseGvk(apiVersion.replace(/^\/(?=[^/]+$)/, ""), kind); // apimachinery parses "/v1" as "v1"
  if (!gvk || !KIND.test(gvk.kind) || !VERSION.test(gvk.version) || !GROUP.test(gvk.group)) {
    return undefined;
  }
  return gvk;
}

/**
 * Looks up the kind of a node and reports problems of the node's object. Returns undefined when the kind is
 * unknown.
 */
export function resolveKind(
  draft: NodeDraft,
  kinds: KindTable,
  instanceNamespaced: boolean,
  report: Report,
): KindInfo | undefined {
  const { object } = draft;
  if (!object || !hasShape(object, rootOf(draft.type), report)) return undefined;
  checkOwnedKeys(object, rootOf(draft.type), report);
  const gvk = gvkOf(object);
  checkLimits(draft, gvk, report);
  const info = gvk && kinds.get(gvkKey(gvk));
  if (!info) reportUnknown(draft, gvk, kinds, report);
  else checkScope(draft, info, instanceNamespaced, report);
  return info;
}

function hasShape(object: JsonObject, root: string, report: Report): boolean {
  const { apiVersion, kind, metadata } = object;
  const expect = (field: string, value: unknown, fine: boolean, needed: string) => {
    if (fine) return true;
    const message = value === undefined
      ? `is missing; it must be ${needed}`
      : `must be ${needed}, not ${kindOfJson(value)}`;
    report({ code: "SHAPE", path: `${root}.${field}`, message });
    return false;
  };
  return [
    expect("apiVersion", apiVersion, typeof apiVersion === "string", "a string"),
    expect("kind", kind, typeof kind === "string", "a string"),
    expect("metadata", metadata, isObject(metadata), "an object"),
  ].every(Boolean);
}

function reportUnknown(
  draft: NodeDraft,
  gvk: GroupVersionKind | undefined,
  kinds: KindTable,
  report: Report,
): void {
  const root = rootOf(draft.type);
  const { apiVersion, kind } = draft.object!;
  const expression = [apiVersion, kind].find((v) => String(v).includes("${"));
  if (expression !== undefined) {
    const path = `${root}.${expression === apiVersion ? "apiVersion" : "kind"}`;
    const message = "must be plain text: an expression cannot choose the kind";
    report({ code: "KIND", path, expression: String(expression), message });
    return;
  }
  const text = `apiVersion "${apiVersion}", kind "${kind}"`;
  if (!gvk) {
    report({ code: "KIND", path: root, message: `${text} is not a valid kind` });
    return;
  }
  const known = [...kinds.values(), ...snapshotKinds()];
  const near = known.find((k) => k.kind === gvk.kind);
  const hint = near
    ? `did you mean apiVersion "${apiVersionOf(near)}"?`
    : didYouMean(gvk.kind, known.map((k) => k.kind)) ??
      "apply its CustomResourceDefinition, or correct apiVersion and kind";
  report({ code: "KIND", path: root, message: `${text} is not served`, hint });
}

/**
 * Reports a namespace on an object of a cluster-scoped kind. If instances are cluster-scoped, also reports a
 * missing namespace on an object of a namespaced kind, because kro cannot use the namespace of the instance.
 */
function checkScope(draft: NodeDraft, info: KindInfo, instanceNamespaced: boolean, report: Report) {
  const { namespace } = draft.object!.metadata as JsonObject;
  const path = `${rootOf(draft.type)}.metadata.namespace`;
  if (!info.namespaced) {
    if (namespace === undefined) return;
    const message = `${info.kind} is cluster-scoped and has no namespace`;
    report({ code: "SCOPE", path, message, hint: "remove the field" });
    return;
  }
  if (instanceNamespaced || draft.type === "externalCollection") return;
  if (typeof namespace === "string" && namespace.trim() !== "") return;
  const message = `${info.kind} is namespaced and the instance is not: a namespace must be given`;
  report({ code: "SCOPE", path, message });
}

/** Reports labels and annotations whose keys have a prefix that is reserved for kro. */
function checkOwnedKeys(object: JsonObject, root: string, report: Report): void {
  for (const field of ["labels", "annotations"]) {
    const keys = (object.metadata as JsonObject)[field];
    if (!isObject(keys)) continue;
    for (const key of Object.keys(keys)) {
      const prefix = RESERVED_PREFIXES.find((p) => key.startsWith(p));
      if (!prefix) continue;
      const path = `${root}.metadata.${field}["${key}"]`;
      report({ code: "OWNED", path, message: `keys under ${prefix} belong to kro` });
    }
  }
}
