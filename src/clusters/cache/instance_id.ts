/** Identifies the instance of a child object by the labels that kro sets on child objects. */
import { Label } from "../../api/mod.ts";

/** The identity of an instance, which the labels of the instance's child objects contain. */
export interface InstanceId {
  /** The API group of the instance. */
  group: string;
  /** The API version under which the instance was reconciled, without the group. */
  version: string;
  /** The kind of the instance. */
  kind: string;
  /** The namespace of the instance; absent for cluster-scoped kinds. */
  namespace?: string;
  /** The name of the instance. */
  name: string;
  /** The UID of the instance. */
  uid: string;
}

/**
 * Returns the instance that the labels of a child object identify; undefined when one of the required labels
 * is missing.
 */
export function instanceOf(
  labels: Readonly<Record<string, string>> | undefined,
): InstanceId | undefined {
  const group = labels?.[Label.instanceGroup];
  const version = labels?.[Label.instanceVersion];
  const kind = labels?.[Label.instanceKind];
  const name = labels?.[Label.instanceName];
  const uid = labels?.[Label.instanceId];
  if (!group || !version || !kind || !name || !uid) return undefined;
  const namespace = labels?.[Label.instanceNamespace];
  return { group, version, kind, name, uid, ...(namespace && { namespace }) };
}
