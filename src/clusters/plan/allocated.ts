/**
 * Finds the fields whose values the API server allocates. A dry run allocates a value and releases it again,
 * so the real write gets another value.
 */
import { type Json, type KubeObject, setAt, valueAt } from "../../api/mod.ts";

type Path = (string | number)[];

/**
 * Returns the object `after`, which a dry run returned, without the values that the API server allocated
 * during the dry run. A field that `desired` or `before` also contains keeps its value. Expressions that read
 * a removed value wait for the real write.
 */
export function withoutAllocated(
  after: KubeObject,
  desired: KubeObject,
  before: KubeObject | undefined,
): KubeObject {
  const paths = allocatedPaths(after).filter((path) =>
    valueAt(after, path) !== undefined && valueAt(desired, path) === undefined &&
    valueAt(before, path) === undefined
  );
  if (paths.length === 0) return after;
  const copy = structuredClone(after);
  for (const path of paths) setAt(copy, path, undefined);
  // The removed fields are now undefined. JSON has no undefined, so `cleaned` drops these fields.
  return cleaned(copy as unknown as Json) as unknown as KubeObject;
}

function allocatedPaths(object: KubeObject): Path[] {
  const of = FIELDS[`${object.apiVersion} ${object.kind}`];
  return of?.(object) ?? [];
}

/** The keys of the labels in which the API server stores the UID of a Job. */
const JOB_UIDS = ["controller-uid", "batch.kubernetes.io/controller-uid"];

const FIELDS: Record<string, (object: KubeObject) => Path[]> = {
  "v1 Service": (object) => {
    const ports = valueAt(object, ["spec", "ports"]);
    const count = Array.isArray(ports) ? ports.length : 0;
    return [
      ["spec", "clusterIP"],
      ["spec", "clusterIPs"],
      ["spec", "healthCheckNodePort"],
      ...Array.from({ length: count }, (_, i): Path => ["spec", "ports", i, "nodePort"]),
    ];
  },
  "batch/v1 Job": () =>
    JOB_UIDS.flatMap((key) => [
      ["spec", "selector", "matchLabels", key],
      ["spec", "template", "metadata", "labels", key],
    ]),
};

function cleaned(value: Json): Json {
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined)
      .map(([key, field]) => [key, cleaned(field!)]),
  );
}
