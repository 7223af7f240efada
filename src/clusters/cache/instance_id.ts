/** Identifies the instance that a child belongs to, by the labels that kro sets on children. */
import { Label } from "../../api/mod.ts";

/** An instance, as the labels of its children identify it. */
export interface InstanceId {
  /** Group of its kind. */
  group: string;
  /** API version in which the instance was reconciled, without the group. */
  version: string;
  /** Its kind. */
  kind: string;
  /** Absent for cluster-scoped kinds. */
  namespace?: string;
  /** Its name. */
  name: string;
  /** Its uid. */
  uid: string;
}

/** The instance that a child's labels identify; undefined when one of the labels is missing. */
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
