/** Finds the field managers that own a field, from the managed fields of an object (KEP-555). */
import {
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  type ManagedFieldsEntry,
  Manager,
  ownValue,
} from "../../api/mod.ts";
import type { FieldPath } from "../../graph/mod.ts";
import { ElementIndex } from "./element_index.ts";

/** A field manager that owns a field. */
export interface FieldOwner {
  /** The name of the field manager. */
  manager: string;
  /** Whether the manager wrote the field by server-side apply (`Apply`) or by other requests (`Update`). */
  operation: "Apply" | "Update";
  /** The subresource through which the field was written; absent for the object itself. */
  subresource?: string;
  /** The time of the manager's last write that changed its fields, in RFC 3339 format. */
  time?: string;
}

/**
 * Returns the managers that own the field at a path, or a field below the path. The order is that of the
 * managed fields, which start with the oldest entry.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fieldOwners } from "../mod.ts";
 *
 * const fieldsV1 = { "f:spec": { "f:replicas": {} } };
 * const managedFields = [{ manager: "scaler", operation: "Update" as const, fieldsV1 }];
 * const object = { apiVersion: "apps/v1", kind: "Deployment", metadata: { managedFields } };
 * assert.deepEqual(fieldOwners(object, ["spec", "replicas"]), [
 *   { manager: "scaler", operation: "Update" },
 * ]);
 * ```
 */
export function fieldOwners(object: KubeObject, path: FieldPath): FieldOwner[] {
  return path.reduce((value, step) => value.at(step), OwnedValue.of(object)).owners;
}

/** A field manager, and the part of its field set that belongs to one value. */
interface Holder {
  readonly owner: FieldOwner;
  /** The tree below the value in `fieldsV1`. An empty tree contains all fields below the value. */
  readonly fields: JsonObject;
}

/**
 * A value in an object together with the field managers that own the value or fields below it. A traversal
 * of an object that steps from value to value with {@link at} reads each managed field once.
 */
export class OwnedValue {
  readonly #value: Json | undefined;
  readonly #holders: readonly Holder[];
  #lookups?: Lookup[];

  private constructor(value: Json | undefined, holders: readonly Holder[]) {
    this.#value = value;
    this.#holders = holders;
  }

  /** Returns a whole object with all of its field managers. */
  static of(object: KubeObject): OwnedValue {
    const holders: Holder[] = [];
    for (const entry of object.metadata.managedFields ?? []) {
      const { fieldsV1 } = entry;
      if (isObject(fieldsV1)) holders.push({ owner: ownerOf(entry), fields: fieldsV1 });
    }
    return new OwnedValue(object as unknown as Json, holders);
  }

  /** Whether a manager owns the value or a field below it. */
  get isOwned(): boolean {
    return this.#holders.length > 0;
  }

  /** The managers that own the value or a field below it, in the order of the managed fields. */
  get owners(): FieldOwner[] {
    return this.#holders.map(({ owner }) => owner);
  }

  /** Returns the value of a field or list element with its owners. */
  at(step: string | number): OwnedValue {
    this.#lookups ??= this.#lookupsOfHolders();
    const holders: Holder[] = [];
    for (const [index, { owner }] of this.#holders.entries()) {
      const fields = this.#lookups[index]!(step);
      if (fields) holders.push({ owner, fields });
    }
    return new OwnedValue(childOf(this.#value, step), holders);
  }

  #lookupsOfHolders(): Lookup[] {
    return this.#holders.map(({ fields }) => lookupIn(fields, this.#value));
  }
}

function ownerOf({ manager, operation, subresource, time }: ManagedFieldsEntry): FieldOwner {
  return {
    manager: manager ?? "unknown",
    operation: operation ?? "Update",
    ...(subresource && { subresource }),
    ...(time && { time }),
  };
}

/** Reports whether kro applied the fields of this owner. */
export function isKro({ manager }: FieldOwner): boolean {
  return manager === Manager.children || manager === Manager.kro;
}

/** Formats an owner, such as `kube-controller-manager (Update of status)`. */
export function ownerText({ manager, operation, subresource }: FieldOwner): string {
  return `${manager} (${operation}${subresource ? ` of ${subresource}` : ""})`;
}

/** Returns the field set of a field or list element; undefined when the manager does not own it. */
type Lookup = (step: string | number) => JsonObject | undefined;

/**
 * Returns a function that looks up the field sets of the fields or elements of a value. The key `.` of a
 * field set stands for the value itself, without the fields below it.
 */
function lookupIn(fields: JsonObject, value: Json | undefined): Lookup {
  const keys = Object.keys(fields);
  if (keys.length === 0) return () => fields;
  if (keys.length === 1 && keys[0] === ".") return () => undefined;
  let elements: ElementIndex | undefined;
  return (step) => {
    const below = typeof step === "number"
      ? (elements ??= new ElementIndex(fields)).find(childOf(value, step), step)
      : ownValue(fields, `f:${step}`);
    return isObject(below) ? below : undefined;
  };
}

function childOf(value: Json | undefined, step: string | number): Json | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Record<string | number, Json | undefined>)[step];
}
