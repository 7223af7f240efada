/** Finds labels and annotations in a template that the API server refuses, regardless of the values of expressions. */
import { type GroupVersionKind, isObject, type Json, type JsonObject } from "../api/mod.ts";
import {
  annotationKeyFault,
  LABEL_LENGTH,
  labelKeyFault,
  labelPartFault,
  labelValueFault,
} from "./label_syntax.ts";
import { checkLength, type Literals, literalsOf } from "./literal_parts.ts";
import type { Report } from "./report.ts";
import { below } from "./template.ts";
import type { FieldPath } from "./types.ts";

/** The API groups with kinds that contain pod templates or selectors in their field `spec` or `template`. */
const GROUPS: ReadonlySet<string> = new Set(["", "apps", "batch", "networking.k8s.io", "policy"]);

/**
 * The fields that contain a selector. In an object of the {@link GROUPS}, the API server validates these
 * fields wherever they occur.
 */
const SELECTORS: ReadonlySet<unknown> = new Set([
  "labelSelector",
  "namespaceSelector",
  "podSelector",
]);

/**
 * Reports the labels that are invalid for every instance: those of the object, and those of pod templates and
 * selectors within an object of a built-in kind. Also reports invalid keys of the object's annotations. Labels
 * that the API server does not validate are not reported, such as those of a StatefulSet's
 * `volumeClaimTemplates`.
 */
export function checkLabels(
  object: JsonObject,
  gvk: GroupVersionKind | undefined,
  report: Report,
): void {
  const { metadata, spec, template } = object;
  if (isObject(metadata)) {
    checkWithin(metadata, ["metadata"], report);
    checkAnnotations(metadata.annotations, report);
  }
  if (!gvk || !GROUPS.has(gvk.group)) return;
  checkWithin(spec, ["spec"], report);
  checkWithin(template, ["template"], report);
}

function checkAnnotations(annotations: Json | undefined, report: Report): void {
  if (!isObject(annotations)) return;
  for (const key of Object.keys(annotations)) {
    // A key with an expression is skipped here, because the walk through the template reports such keys.
    const message = key.includes("${") ? undefined : annotationKeyFault(key);
    const path = below("template", ["metadata", "annotations", key]);
    if (message) report({ code: "LITERAL", path, message });
  }
}

function checkWithin(value: Json | undefined, path: FieldPath, report: Report): void {
  if (Array.isArray(value)) {
    value.forEach((element, i) => checkWithin(element, path.concat(i), report));
  }
  if (!isObject(value)) return;
  for (const [key, entry] of Object.entries(value)) {
    const at = path.concat(key);
    if (isObject(entry) && areValidated(at)) checkMap(entry, at, report);
    else checkWithin(entry, at, report);
  }
}

/** Returns whether the API server validates the map at this path as labels. */
function areValidated(path: FieldPath): boolean {
  const [key, parent, above] = path.toReversed();
  if (key === "labels") return parent === "metadata" && (path.length === 2 || above === "template");
  if (key !== "matchLabels" || above === "clusterTrustBundle") return false;
  return SELECTORS.has(parent) || (path.length === 3 && parent === "selector");
}

function checkMap(labels: JsonObject, at: FieldPath, report: Report): void {
  for (const [key, value] of Object.entries(labels)) {
    const path = below("template", at.concat(key));
    // A key with an expression is skipped here, because the walk through the template reports such keys.
    const fault = key.includes("${") ? undefined : labelKeyFault(key);
    if (fault) report({ code: "LITERAL", path, message: fault });
    if (typeof value !== "string") continue;
    checkLength(value, LABEL_LENGTH, path, report);
    const literals = value.length <= LABEL_LENGTH ? literalsOf(value) : undefined;
    const invalid = literals && literalLabelFault(literals);
    if (invalid) report({ code: "LITERAL", path, message: invalid });
  }
}

function literalLabelFault({ parts, isPlain }: Literals): string | undefined {
  if (isPlain) return labelValueFault(parts[0]!);
  for (const part of parts) {
    const fault = labelPartFault(part);
    if (fault) return fault;
  }
}
