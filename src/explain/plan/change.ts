/** Converts a planned write to an entry of the report, and hides the values of Secrets. */
import { createHmac } from "node:crypto";
import {
  apiVersionOf,
  isObject,
  type Json,
  jsonText,
  type KubeObject,
  Label,
  type ObjectRef,
  type PathStep,
  pathText,
  valueAt,
  withoutAnswer,
} from "../../api/mod.ts";
import type { Reads } from "../../cel/mod.ts";
import type { Schema } from "../../openapi/mod.ts";
import type { PlannedWrite } from "../../reconcile/mod.ts";
import { differences } from "./differences.ts";
import type { FieldChange, ObjectAction, ObjectChange, ObjectName } from "./model.ts";

/** The facts about an object that {@link changeOf} needs in addition to the planned write. */
export interface ChangeContext {
  /** The schema of the object's kind. It declares the key fields by which list elements are matched. */
  schema?: Schema;
  /** The id of the graph node to which the object belongs. */
  node?: string;
  /** The instance that owns the object. */
  instance?: ObjectName;
  /** Whether values of the object may come from a Secret. Always true for Secrets. */
  confidential: boolean;
  /**
   * The fields of the object that a graph copies into Secrets, if the object is an instance. See
   * `Graph.secretInputs`.
   */
  secretInputs?: Reads;
  /** Returns the replacement of a secret value. */
  hide: (value: Json) => string;
}

/**
 * Returns a function that replaces a secret value by an HMAC (RFC 2104). Equal values get the same HMAC
 * within one plan, so a report shows whether a value changes. The key is random for each plan, so values
 * cannot be guessed from a saved plan.
 *
 * @param key The random key, at least 32 bytes.
 */
export function hider(key: Uint8Array): (value: Json) => string {
  return (value) =>
    `hmac:${createHmac("sha256", key).update(jsonText(value)).digest("base64url").slice(0, 16)}`;
}

/** Returns the entry of the report for a planned write. */
export function changeOf(write: PlannedWrite, context: ChangeContext): ObjectChange {
  const { ref, action, before, after, error, unasked, later } = write;
  const { node, instance, secretInputs = new Map() } = context;
  const confidential = context.confidential || isSecretKind(ref);
  const fields = action === "deleted" || !after ? [] : fieldChanges(before, after, {
    ...context,
    isSecret: (path) => isHiddenPath(ref, path, confidential, secretInputs),
  });
  // The API server's message may quote the value of any field.
  const isQuoted = confidential || secretInputs === "whole" || secretInputs.size > 0;
  const reason = error && (isQuoted ? withoutAnswer(error) : error.message);
  return {
    ...nameOfRef(ref),
    action: ACTIONS[action],
    ...(instance && { instance }),
    ...(node !== undefined && { node }),
    fields,
    ...(reason !== undefined && { reason }),
    ...(later && { later }),
    ...(unasked !== undefined && { unasked }),
  };
}

const ACTIONS: Record<PlannedWrite["action"], ObjectAction> = {
  created: "created",
  changed: "changed",
  adopted: "adopted",
  deleted: "pruned",
  refused: "refused",
};

/** The options of {@link fieldChanges}. */
export interface FieldOptions {
  /** The schema of the object's kind. It declares the key fields by which list elements are matched. */
  schema?: Schema;
  /** Returns whether the value of a field is secret. */
  isSecret: (path: readonly PathStep[]) => boolean;
  /** Returns the replacement of a secret value. */
  hide: (value: Json) => string;
}

/** Returns the changed fields of an object. Secret values are hidden. */
export function fieldChanges(
  before: KubeObject | undefined,
  after: KubeObject,
  { schema, isSecret, hide }: FieldOptions,
): FieldChange[] {
  return differences(before, after, schema).map(({ path, ...values }) => {
    const isHidden = isSecret(path);
    const shown = (value: Json | undefined) =>
      value !== undefined && isHidden ? hide(value) : value;
    const [old, now] = [shown(values.old), shown(values.new)];
    return {
      path: pathText(path),
      ...(old !== undefined && { old }),
      ...(now !== undefined && { new: now }),
    };
  });
}

/** Returns the changed fields of an RGD. Values in the templates of Secrets are hidden. */
export function rgdChanges(
  before: KubeObject,
  after: KubeObject,
  hide: (value: Json) => string,
): FieldChange[] {
  const isSecretAt = (rgd: KubeObject, step: PathStep) => {
    const nodes = valueAt(rgd, ["spec", "resources"]);
    const list: unknown[] = Array.isArray(nodes) ? nodes : [];
    const node = typeof step === "object"
      ? list.find((each) => isObject(each) && each.id === step.id)
      : list[Number(step)];
    return valueAt(node, ["template", "kind"]) === "Secret";
  };
  const isSecret = ([spec, resources, step, part, field]: readonly PathStep[]) =>
    spec === "spec" && resources === "resources" && part === "template" &&
    ["data", "stringData"].includes(String(field)) &&
    [before, after].some((rgd) => isSecretAt(rgd, step!));
  const withoutStatus = ({ status: _, ...rest }: KubeObject) => rest as KubeObject;
  const options = { schema: RGD_SCHEMA, isSecret, hide };
  return fieldChanges(withoutStatus(before), withoutStatus(after), options);
}

/**
 * A schema that declares `id` as the key of the list `spec.resources`, so that nodes are matched by their
 * ids. The CRD of RGDs declares no key for this list.
 */
const RGD_SCHEMA: Schema = {
  properties: {
    spec: {
      properties: {
        resources: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["id"],
        },
      },
    },
  },
};

/** Returns the name of an object as the report shows it. */
export function nameOfRef({ kind, namespace, name }: ObjectRef): ObjectName {
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    ...(namespace ? { namespace } : {}),
    name,
  };
}

/**
 * Returns whether the value of a field of an object must be hidden, because it is or may contain a secret value.
 *
 * @param confidential Whether values of the object may come from a Secret. Always true for Secrets.
 * @param inputs The fields of the object that a graph copies into Secrets, if the object is an instance.
 */
export function isHiddenPath(
  ref: ObjectRef,
  path: readonly PathStep[],
  confidential: boolean,
  inputs: Reads,
): boolean {
  return isSecretInput(inputs, path) || ((confidential || isSecretKind(ref)) && !isPublic(path));
}

function isSecretKind({ kind }: ObjectRef): boolean {
  return kind.group === "" && kind.kind === "Secret";
}

/** Whether kro itself sets the label or annotation, so that its value never comes from a Secret. */
export function isOwnKey(key: string): boolean {
  return OWN.test(key) || key === Label.managedBy;
}

/** The prefixes of labels and annotations that kro itself sets, which never contain a value of a Secret. */
const OWN = /^((internal\.)?kro\.run|applyset\.kubernetes\.io)\//;

function isPublic([first, second, key]: readonly PathStep[]): boolean {
  if (first === "type" || first === "immutable") return true;
  return first === "metadata" && (second === "labels" || second === "annotations") &&
    typeof key === "string" && isOwnKey(key);
}

/**
 * Returns whether the value at the path, or a part of the value, is a field that a graph copies into a Secret.
 *
 * @param inputs The copied fields. See `Graph.secretInputs`.
 */
export function isSecretInput(inputs: Reads, [step, ...rest]: readonly PathStep[]): boolean {
  if (inputs === "whole") return true;
  if (step === undefined) return inputs.size > 0;
  const below = typeof step === "string" ? [inputs.get(step), inputs.get("*")] : [inputs.get("*")];
  return below.some((each) => each !== undefined && isSecretInput(each, rest));
}
