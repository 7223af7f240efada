/** The report of a plan: what would change in a cluster, as plain data. */
import type { Json } from "../../api/mod.ts";

/** The change of one field. */
export interface FieldChange {
  /** The path of the field, such as `spec.replicas`. */
  path: string;
  /**
   * The value before the change; absent when the field does not exist. A secret value is replaced by its
   * HMAC.
   */
  old?: Json;
  /** The value after the change; absent when the field is removed. A secret value is replaced by its HMAC. */
  new?: Json;
}

/** The possible effects of a plan on one object. */
export const OBJECT_ACTIONS = [
  "created",
  "changed",
  "adopted",
  "replaced",
  "pruned",
  "refused",
] as const;

/**
 * The effect of a plan on one object. `replaced` means that the node gets an object with another name: the
 * plan creates this object and deletes the old one. `refused` means that the API server would refuse the
 * write.
 */
export type ObjectAction = typeof OBJECT_ACTIONS[number];

/** The kind and the name that identify an object. */
export interface ObjectName {
  /** The apiVersion of the object. */
  apiVersion: string;
  /** The kind of the object. */
  kind: string;
  /** The namespace of the object; absent for a cluster-scoped object. */
  namespace?: string;
  /** The name of the object. */
  name: string;
}

/** The change of one object. */
export interface ObjectChange extends ObjectName {
  /** The effect of the plan on the object. */
  action: ObjectAction;
  /**
   * The instance to which the object belongs; absent for an object that an input file of the plan contains.
   */
  instance?: ObjectName;
  /**
   * The id of the graph node to which the object belongs; absent for an object that an input file of the plan
   * contains.
   */
  node?: string;
  /** The changed fields; all fields of a created object. */
  fields: FieldChange[];
  /**
   * The name of the object that the plan deletes and replaces by this object. Present only with the action
   * `replaced`.
   */
  replaces?: string;
  /** The reason why the API server would refuse the write. Present only with the action `refused`. */
  reason?: string;
  /** Whether the controller would make the change only after other objects have become ready. */
  later?: boolean;
  /**
   * The reason why the API server has not checked the write by a dry run; absent after a dry run. Without a
   * dry run, kro itself computed the change.
   */
  unasked?: string;
}

/** A node whose objects are not ready or cannot be known yet. */
export interface NodeWait {
  /** The instance that the node belongs to. */
  instance: ObjectName;
  /** The id of the node. */
  node: string;
  /** The kind of the node's objects. */
  kind: string;
  /**
   * Whether the objects of the node are `unknown` because a value is missing, `unready` after the change, or
   * `failed` because an expression fails or the API server refuses an object.
   */
  state: "unknown" | "unready" | "failed";
  /** The missing value, the object that is not ready, or the error. */
  reason: string;
}

/** One change of a CRD. */
export interface SchemaChange {
  /** The path of the changed field of instances or of the CRD. */
  path: string;
  /** The description of the change. */
  text: string;
  /**
   * The effect of the change: `breaking` if valid instances or requests may become invalid, `harmless` if the
   * change concerns neither the schema nor the names, such as a printer column, and `compatible` otherwise.
   */
  effect: "breaking" | "compatible" | "harmless";
}

/** An instance that the changed schema does not accept. */
export interface InvalidInstance extends ObjectName {
  /** The problems of the instance, each with the path of the field. */
  problems: string[];
}

/** The effect of a plan on one RGD. */
export interface GraphChange {
  /** The name of the RGD. */
  name: string;
  /**
   * The effect on the RGD. `rejected` means that the controller would reject the RGD and continue to use the
   * last good revision.
   */
  action: "created" | "changed" | "unchanged" | "rejected";
  /** The number of the revision that continues to serve a rejected RGD; absent without such a revision. */
  serving?: number;
  /** The problems of a rejected RGD, one message each. */
  problems: string[];
  /** The changed fields of the RGD. */
  fields: FieldChange[];
  /** The generated CRD; absent when the CRD does not change. */
  crd?: {
    /** The name of the CRD. */
    name: string;
    /**
     * The effect on the CRD. `refused` means that kro would not write the CRD, because a change is breaking.
     */
    action: "created" | "changed" | "refused";
    /** The changes of an existing CRD. */
    changes: SchemaChange[];
    /** The live instances that the changed schema does not accept. */
    invalid: InvalidInstance[];
  };
}

/** The number of instances of a plan by their state. */
export interface InstanceCounts {
  /** The number of instances for which the plan ran a pass. */
  planned: number;
  /** The number of instances that are being deleted. The plan ran no pass for these instances. */
  deleting: number;
  /** The number of instances whose reconciliation is suspended. */
  suspended: number;
}

/** The report of a plan. */
export interface PlanReport {
  /** The RGDs that the input files of the plan contain. */
  graphs: GraphChange[];
  /** The numbers of the instances that the plan concerns, by their state. */
  instances: InstanceCounts;
  /** The number of compared objects, including the unchanged objects. */
  objects: number;
  /** The changes of objects, in the order in which the controller would send the writes. */
  changes: ObjectChange[];
  /** The nodes that are not ready or cannot be known yet. */
  waits: NodeWait[];
  /** Notes about the accuracy of the plan, such as the number of objects without a dry run. */
  notes: string[];
}
