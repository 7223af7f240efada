/** The instance that a child belongs to, by the labels that kro sets on children. */
import { Label } from "../../api/mod.ts";

/** An instance as the labels of its children name it. */
export interface InstanceId {
  /** Group of its kind. */
  group: string;
  /** API version that it was reconciled in. */
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

/** The instance that a child's labels name; undefined when one of them is missing. */
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
