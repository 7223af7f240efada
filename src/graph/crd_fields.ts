/**
 * Finds fields of `spec.schema` that make the generated CRD invalid. The API server of the cluster refuses such
 * a CRD, so the kind is never served. The rules are those of `ValidateCustomResourceDefinition`.
 */
import { isObject, type JsonObject } from "../api/mod.ts";
import { annotationKeyFault, labelKeyFault, labelValueFault } from "./label_syntax.ts";
import type { Report } from "./report.ts";
import { below } from "./template.ts";

/** Matches the versions that the schema of ResourceGraphDefinitions allows in `spec.schema.apiVersion`. */
const VERSION = /^v[0-9]+(alpha[0-9]+|beta[0-9]+)?$/;

/** A DNS label that starts with a letter (RFC 1035). */
const DNS_1035 = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * Matches the API groups that are reserved for Kubernetes. A CRD in such a group needs the annotation
 * {@link APPROVAL}.
 */
const PROTECTED = /(^|\.)(k8s|kubernetes)\.io$/;
const APPROVAL = "api-approved.kubernetes.io";

const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS = "byte date date-time double float int32 int64 password".split(" ");

/** Reports the fields of `spec.schema` that make the generated CRD invalid. Empty fields are skipped. */
export function checkCrdFields(raw: JsonObject, group: string, report: Report): void {
  checkVersion(raw.apiVersion, report);
  checkGroup(raw, group, report);
  for (const field of ["shortNames", "categories"]) checkNames(raw[field], field, report);
  checkMetadata(raw.metadata, report);
  checkColumns(raw.additionalPrinterColumns, report);
}

function checkVersion(version: unknown, report: Report): void {
  if (typeof version !== "string" || version === "" || VERSION.test(version)) return;
  const message = `"${version}" is not a version; use one such as v1alpha1 or v1`;
  report({ code: "SCHEMA", path: "schema.apiVersion", message });
}

function checkGroup(raw: JsonObject, group: string, report: Report): void {
  const path = "schema.group";
  if (group === "") return;
  if (!group.includes(".") || !SUBDOMAIN.test(group)) {
    const message = `"${group}" is not a domain; use one such as apps.example.com`;
    return report({ code: "NAMING", path, message });
  }
  const annotations = isObject(raw.metadata) ? raw.metadata.annotations : undefined;
  if (!PROTECTED.test(group) || (isObject(annotations) && annotations[APPROVAL])) return;
  const message =
    `the group is reserved for Kubernetes; use another group, or set the annotation ` +
    `${APPROVAL} in schema.metadata.annotations`;
  report({ code: "NAMING", path, message });
}

function checkNames(names: unknown, field: string, report: Report): void {
  if (!Array.isArray(names)) return;
  for (const [i, name] of names.entries()) {
    if (typeof name !== "string" || DNS_1035.test(name)) continue;
    const message = `"${name}" must consist of at most 63 lower case letters, digits and "-", ` +
      "start with a letter, and end with a letter or a digit";
    report({ code: "NAMING", path: `schema.${field}[${i}]`, message });
  }
}

function checkMetadata(metadata: unknown, report: Report): void {
  if (!isObject(metadata)) return;
  const { labels, annotations } = metadata;
  for (const [key, value] of Object.entries(isObject(labels) ? labels : {})) {
    const fault = labelKeyFault(key) ??
      (typeof value === "string" ? labelValueFault(value) : undefined);
    const path = below("schema", ["metadata", "labels", key]);
    if (fault) report({ code: "SCHEMA", path, message: fault });
  }
  for (const key of Object.keys(isObject(annotations) ? annotations : {})) {
    const fault = annotationKeyFault(key);
    const path = below("schema", ["metadata", "annotations", key]);
    if (fault) report({ code: "SCHEMA", path, message: fault });
  }
}

function checkColumns(columns: unknown, report: Report): void {
  if (!Array.isArray(columns)) return;
  for (const [i, column] of columns.entries()) {
    if (!isObject(column)) continue;
    for (const [field, fault] of Object.entries(columnFaults(column))) {
      const path = `schema.additionalPrinterColumns[${i}].${field}`;
      if (fault) report({ code: "SCHEMA", path, message: fault });
    }
  }
}

function columnFaults({ name, type, format, jsonPath }: JsonObject) {
  return {
    name: name ? undefined : "is missing",
    type: choiceFault(type, COLUMN_TYPES),
    format: format ? choiceFault(format, COLUMN_FORMATS) : undefined,
    jsonPath: pathFault(jsonPath),
  };
}

function choiceFault(value: unknown, choices: readonly string[]): string | undefined {
  if (choices.includes(value as string)) return undefined;
  const what = value ? `${JSON.stringify(value)} is not allowed` : "is missing";
  return `${what}; use one of ${choices.join(", ")}`;
}

function pathFault(path: unknown): string | undefined {
  if (!path) return "is missing";
  if (typeof path === "string" && path.startsWith(".")) return undefined;
  return `${JSON.stringify(path)} must start with a dot, such as .status.state`;
}
