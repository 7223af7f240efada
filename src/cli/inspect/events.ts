/** Reads the Events of an instance and of its objects. */
import { ApiError, EVENT_KIND, type KubeObject } from "../../api/mod.ts";
import { eventTime, type ObjectName, type Observation } from "../../explain/mod.ts";
import type { KubeClient } from "../../kube/mod.ts";
import type { Outcome } from "../../reconcile/mod.ts";
import { nameKey, nameOf } from "./names.ts";

/** An instance whose Events are read. */
interface Subject {
  instance: KubeObject;
  observation?: Observation;
  removed: Outcome["removed"];
}

/** The namespace of the Events of cluster-scoped objects. */
const CLUSTER_EVENTS = "default";

/**
 * The greatest number of objects in a namespace for which one request each is sent. For more objects, one
 * request lists all Events of the namespace.
 */
const MAX_SINGLE = 5;

/**
 * Reads the Events of the instance, and of those of its objects that are not ready or are being deleted.
 * Returns a function that returns the Events of one object, the latest first.
 */
export async function eventsOf(
  client: KubeClient,
  { instance, observation, removed }: Subject,
): Promise<(object: ObjectName) => readonly KubeObject[]> {
  const wanted = new Map<string, ObjectName>([[nameKey(nameOf(instance)), nameOf(instance)]]);
  for (const { id, state, objects } of observation?.nodes ?? []) {
    if (state === "Ready" || state === "Skipped") continue;
    for (const object of objects) wanted.set(nameKey(object), object);
    for (const object of observation!.missing?.get(id) ?? []) wanted.set(nameKey(object), object);
  }
  for (const object of removed) wanted.set(nameKey(object), object);
  const byPlace = Map.groupBy(
    wanted.values(),
    ({ namespace }) => namespace ?? CLUSTER_EVENTS,
  );
  const lists = await Promise.all(
    [...byPlace].map(([namespace, objects]) => listEvents(client, namespace, objects)),
  );
  const found = Map.groupBy(lists.flat(), involved);
  return (object) =>
    (found.get(key(object.kind, object.namespace, object.name)) ?? [])
      .toSorted((a, b) => (eventTime(b) ?? "") < (eventTime(a) ?? "") ? -1 : 1);
}

/** Returns the Events of the objects in one namespace. Returns an empty list when Events cannot be read. */
async function listEvents(
  client: KubeClient,
  namespace: string,
  objects: readonly ObjectName[],
): Promise<KubeObject[]> {
  const selectors = objects.length > MAX_SINGLE
    ? [undefined]
    : objects.map(({ kind, name }) => `involvedObject.kind=${kind},involvedObject.name=${name}`);
  try {
    const lists = await Promise.all(
      selectors.map((fieldSelector) => client.list(EVENT_KIND, { namespace, fieldSelector })),
    );
    return lists.flatMap(({ items }) => items);
  } catch (error) {
    if (error instanceof ApiError && error.reason === "Forbidden") return [];
    throw error;
  }
}

function involved(event: KubeObject): string {
  const { kind, namespace, name } = (event.involvedObject ?? {}) as Partial<ObjectName>;
  return key(kind, namespace, name);
}

function key(kind = "", namespace = "", name = ""): string {
  return `${kind}/${namespace}/${name}`;
}
