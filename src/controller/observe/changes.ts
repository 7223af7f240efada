/** Converts the writes that kro would send to differences that the JSON API, the log and the metrics show. */
import {
  apiVersionOf,
  type GroupVersionKind,
  type KindRef,
  type KubeObject,
  Label,
  type PathStep,
  plainKind,
} from "../../api/mod.ts";
import type { Reads } from "../../cel/mod.ts";
import type { ObservedCluster } from "../../clusters/mod.ts";
import {
  changeOf,
  type FieldChange,
  fieldChanges,
  nameOfRef,
  type ObjectChange,
  type ObjectName,
} from "../../explain/mod.ts";
import type { Graph } from "../../graph/mod.ts";
import type { Schema, SchemaSource } from "../../openapi/mod.ts";
import type { PublicationWrite } from "../../publish/mod.ts";
import type { GraphDifference } from "../view.ts";

/** Returns the replacement of a secret value, such as an HMAC. */
export type Hide = Parameters<typeof changeOf>[1]["hide"];

/** The differences that one pass over an instance found. */
export interface PassDifferences {
  /** The objects that kro would create, change, adopt or delete. */
  children: ObjectChange[];
  /** The fields of the instance's own metadata and status that kro would change. */
  instance: FieldChange[];
}

/** The input of {@link passDifferences}. */
export interface ObservedPass {
  /** The kind of the instance. */
  kind: KindRef;
  /** The graph of the pass; absent when no graph serves the kind. */
  graph?: Graph;
  /** The instance as it is in the cluster. */
  instance: KubeObject;
  /** The cluster of the pass, which contains the recorded writes. */
  cluster: ObservedCluster;
}

/**
 * The functions with which {@link passDifferences} computes differences. They are the same for all passes.
 */
export interface DifferenceSources {
  /** Returns the schemas of the kinds of objects. */
  schemas: SchemaSource;
  /** Returns the fields of a kind's instances that its graph copies into Secrets. */
  secretInputs: (kind: GroupVersionKind) => Reads;
  /** Returns the replacement of a secret value. */
  hide: Hide;
}

/**
 * Returns the differences of a pass. Rejects with ApiError when the schema of an object's kind cannot be read.
 */
export async function passDifferences(
  { kind, graph, instance, cluster }: ObservedPass,
  { schemas, secretInputs, hide }: DifferenceSources,
): Promise<PassDifferences> {
  const { namespace, name = "" } = instance.metadata;
  const owner: ObjectName = nameOfRef({ kind: plainKind(kind), namespace, name });
  // An instance with the label of a node belongs to another instance, whose graph may have copied values of a
  // Secret to the fields of this instance.
  const isNested = instance.metadata.labels?.[Label.nodeId] !== undefined;
  const children = await Promise.all(
    cluster.writes().map(async (write) => {
      const labels = (write.after ?? write.before)?.metadata.labels;
      const node = labels?.[Label.nodeId];
      return changeOf(write, {
        schema: (await schemas.resolve(write.ref.kind))?.schema,
        node,
        instance: owner,
        confidential: isNested || (graph?.nodes.get(node ?? "")?.confidential ?? true),
        secretInputs: secretInputs(write.ref.kind),
        hide,
      });
    }),
  );
  const isSecret = ([part, field]: readonly PathStep[]) =>
    (isNested || !graph || graph.confidential) && part === "status" &&
    !OWN_STATUS.has(String(field));
  const options = { schema: STATUS, isSecret, hide };
  return { children, instance: lasting(fieldChanges(instance, cluster.instance, options)) };
}

/**
 * Returns the differences of an RGD. The RGD itself is left out when none of its fields would change.
 *
 * @param hide Returns the replacement of a secret value.
 */
export function graphDifferences(
  writes: readonly PublicationWrite[],
  hide: Hide,
): GraphDifference[] {
  return writes.flatMap(({ ref, action, reason, before, after }) => {
    const options = { schema: STATUS, isSecret: () => false, hide };
    const fields = after ? lasting(fieldChanges(before, after, options)) : [];
    if (after && fields.length === 0) return [];
    const { kind, name } = ref;
    return [{ apiVersion: apiVersionOf(kind), kind: kind.kind, name, action, reason, fields }];
  });
}

/** The fields of an instance's status that kro itself fills, and that never contain the value of a Secret. */
const OWN_STATUS = new Set(["state", "conditions"]);

/**
 * A schema that declares `type` as the key of the list `status.conditions`, so that conditions are matched by
 * their types. The generated CRDs declare no key for this list.
 */
const STATUS: Schema = {
  properties: {
    status: {
      properties: {
        conditions: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["type"],
        },
      },
    },
  },
};

/** The transition time of one of kro's conditions. */
const TRANSITION = /^status\.conditions\[.*\]\.lastTransitionTime$/;

/**
 * Returns the changes without transition times. Each pass computes a new time for a condition that would
 * change, so the times would make equal differences look different.
 */
function lasting(fields: readonly FieldChange[]): FieldChange[] {
  return fields.filter(({ path }) => !TRANSITION.test(path))
    .map((field) => {
      const { new: value } = field;
      if (typeof value !== "object" || value === null || !("lastTransitionTime" in value)) {
        return field;
      }
      const { lastTransitionTime: _, ...rest } = value;
      return { ...field, new: rest };
    });
}
