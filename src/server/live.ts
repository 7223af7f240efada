/** Reads objects from the API server for a request to the JSON API, with the rights of the caller. */
import {
  ApiError,
  EVENT_KIND,
  isObject,
  type JsonObject,
  type KindRef,
  type KubeObject,
  type ObjectRef,
  shortened,
} from "../api/mod.ts";
import { notableOwners, type OwnedField } from "./owners.ts";

/** Reads objects of the cluster. Rejects with ApiError if the API server refuses the read. */
export interface LiveReader {
  /**
   * Returns an object; undefined when the object does not exist.
   *
   * @param authorization The Authorization header of the request; null when the request lacks the header.
   */
  get(ref: ObjectRef, authorization: string | null): Promise<KubeObject | undefined>;
  /** Returns the objects of a kind that match the selectors. */
  list(
    kind: KindRef,
    options: { namespace?: string; labelSelector?: string; fieldSelector?: string },
    authorization: string | null,
  ): Promise<KubeObject[]>;
}

/** A Kubernetes Event of an object. */
export interface EventView {
  /** `Normal` or `Warning`. */
  type: string;
  /** The reason of the Event, such as `BackOff`. */
  reason: string;
  /** The message of the Event. */
  message: string;
  /** The number of times that the Event occurred. */
  count: number;
  /** The time of the last occurrence, in RFC 3339 format; absent if it is unknown. */
  last?: string;
  /** The component that reported the Event. */
  source: string;
}

/** An object of the cluster, as the JSON API shows it. */
export interface LiveObjectView {
  /** The object without managed fields. All values of a Secret are hidden. */
  object: JsonObject;
  /**
   * The owners of the fields that explain why the object differs from its template, is suspended or is not
   * gone yet. Empty for most objects.
   */
  owners: OwnedField[];
  /** The newest 50 Events of the object, the newest first. */
  events: EventView[];
  /** The reason why the Events could not be read; absent if they were read. */
  eventsRefused?: string;
}

/** The annotation in which kubectl stores a copy of the object, with the values of a Secret. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
/** The maximum number of Events in a response. */
const MAX_EVENTS = 50;

/**
 * Returns the object with its Events; undefined when the object does not exist.
 *
 * @param template The template of the object's node; undefined for an instance.
 */
export async function readLive(
  reader: LiveReader,
  ref: ObjectRef,
  authorization: string | null,
  template?: JsonObject,
): Promise<LiveObjectView | undefined> {
  const object = await reader.get(ref, authorization);
  if (!object) return undefined;
  const { uid } = object.metadata;
  const found = { object: shown(object), owners: notableOwners(object, template) };
  try {
    const events = await reader.list(EVENT_KIND, {
      namespace: ref.namespace ?? "default",
      fieldSelector: `involvedObject.uid=${uid}`,
    }, authorization);
    return { ...found, events: newest(events.map(eventView)) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { ...found, events: [], eventsRefused: error.message };
  }
}

/** Returns an object without managed fields, and without the values of a Secret. */
export function shown(object: KubeObject): JsonObject {
  const { managedFields: _, annotations, ...metadata } = object.metadata;
  const { [LAST_APPLIED]: _copy, ...kept } = annotations ?? {};
  const result = {
    ...object,
    metadata: { ...metadata, ...Object.keys(kept).length > 0 && { annotations: kept } },
  } as unknown as JsonObject;
  if (object.apiVersion !== "v1" || object.kind !== "Secret") return result;
  for (const field of ["data", "stringData"]) {
    if (isObject(result[field])) {
      result[field] = Object.fromEntries(Object.keys(result[field]).map((key) => [key, "hidden"]));
    }
  }
  return result;
}

function eventView(event: KubeObject): EventView {
  const text = (value: unknown) => typeof value === "string" ? value : "";
  const series = isObject(event.series) ? event.series : {};
  const source = isObject(event.source) ? event.source : {};
  const last = text(series.lastObservedTime) || text(event.lastTimestamp) || text(event.eventTime);
  return {
    type: text(event.type),
    reason: text(event.reason),
    message: shortened(text(event.message)),
    count: Number(series.count ?? event.count ?? 1),
    ...(last && { last }),
    source: text(event.reportingComponent) || text(source.component),
  };
}

function newest(events: EventView[]): EventView[] {
  return events.sort((a, b) => (b.last ?? "").localeCompare(a.last ?? "")).slice(0, MAX_EVENTS);
}
