/** Compares the objects of one instance under two revisions of its graph. The functions are pure. */
import { type KubeObject, Label, type ObjectRef, type PathStep } from "../api/mod.ts";
import type { Reads } from "../cel/mod.ts";
import type { Graph } from "../graph/mod.ts";
import { fieldChanges, isHiddenPath, isOwnKey, nameOfRef } from "./plan/change.ts";
import type { FieldChange, ObjectName } from "./plan/model.ts";

/** The objects of an instance under one revision of the graph. */
export interface Rendering {
  /** The graph of the revision. */
  readonly graph: Graph;
  /** The desired objects by their `refKey`. */
  readonly objects: ReadonlyMap<string, { ref: ObjectRef; object: KubeObject }>;
}

/** An object that differs between two revisions. */
export interface ComparedObject extends ObjectName {
  /** The id of the node of the object. */
  node: string;
  /**
   * `added` if only the second revision has the object, `removed` if only the first revision has it, `changed`
   * if the object differs.
   */
  change: "added" | "removed" | "changed";
  /** The fields that differ; all fields of an added or removed object. Values of Secrets are hidden. */
  fields: FieldChange[];
}

/** The facts that {@link comparedObjects} needs in addition to the objects. */
export interface ComparisonOptions {
  /** Whether the instance belongs to another instance, whose graph may have copied values of a Secret to it. */
  isNested: boolean;
  /** Returns the fields of a kind's instances that its graph copies into Secrets. */
  secretInputs: (kind: ObjectRef["kind"]) => Reads;
}

/** The text that stands in the place of a secret value. */
const HIDDEN = "hidden";

/**
 * Returns the objects that differ, in the order of the second revision and followed by the removed objects. Labels
 * and annotations that kro itself sets are not compared. The values of Secrets, and values that may come from a
 * Secret in one of the revisions, are hidden.
 */
export function comparedObjects(
  before: Rendering,
  after: Rendering,
  options: ComparisonOptions,
): ComparedObject[] {
  const keys = new Set([...after.objects.keys(), ...before.objects.keys()]);
  return [...keys].flatMap((key): ComparedObject[] => {
    const [first, second] = [before.objects.get(key), after.objects.get(key)];
    const { ref, object } = (second ?? first)!;
    const node = object.metadata.labels?.[Label.nodeId] ?? "";
    const [old, now] = [first, second].map((each) => each && declared(each.object));
    const isConfidential = options.isNested ||
      [before, after].some(({ graph }) => graph.nodes.get(node)?.confidential);
    const inputs = options.secretInputs(ref.kind);
    const fieldOptions = {
      schema: (now ? after : before).graph.nodes.get(node)?.kind.schema,
      isSecret: (path: readonly PathStep[]) => isHiddenPath(ref, path, isConfidential, inputs),
      hide: () => HIDDEN,
    };
    const fields = now
      ? fieldChanges(old, now, fieldOptions)
      : fieldChanges(undefined, old!, fieldOptions).map(({ path, new: value }) => ({
        path,
        old: value,
      }));
    const change = !old ? "added" : !now ? "removed" : "changed";
    if (change === "changed" && fields.length === 0) return [];
    return [{ ...nameOfRef(ref), node, change, fields }];
  });
}

/** Returns the object without the labels and annotations that kro itself sets. */
function declared(object: KubeObject): KubeObject {
  const { labels, annotations, ...metadata } = object.metadata;
  const own = { labels: withoutOwnKeys(labels), annotations: withoutOwnKeys(annotations) };
  return { ...object, metadata: { ...metadata, ...own } };
}

function withoutOwnKeys(map: Record<string, string> = {}): Record<string, string> | undefined {
  const entries = Object.entries(map).filter(([key]) => !isOwnKey(key));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
