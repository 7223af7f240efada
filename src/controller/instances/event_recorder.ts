/**
 * Writes Kubernetes Events about instances, aggregated and rate-limited. Active only with the feature gate
 * InstanceConditionEvents.
 */
import { getLogger } from "@logtape/logtape";
import {
  apiVersionOf,
  errorText,
  EVENT_KIND,
  groupKind,
  type KindRef,
  type KubeObject,
  Manager,
  timestamp,
} from "../../api/mod.ts";
import { type KubeClient, TokenBucket } from "../../kube/mod.ts";
import type { PassEvent } from "./pass_events.ts";

/**
 * The rate limit for the Events of each instance: a burst of 25 Events, and then one Event per five minutes.
 * The limit is that of client-go's EventCorrelator.
 */
const RATE = { perSecond: 1 / 300, burst: 25 };

/**
 * The time within which an equal Event is not created again, in milliseconds. Instead, the count of the first
 * Event is increased.
 */
const SAME_MS = 600_000;

/**
 * The maximum number of Events that wait to be sent, and the maximum number of instances whose Events are
 * recorded.
 */
const LIMITS = { waiting: 1000, instances: 10_000 };

interface Sent {
  name: string;
  count: number;
  at: number;
}

interface EventSeries {
  bucket: TokenBucket;
  /** The Events that were sent. Each key consists of the Event's type, reason and message. */
  sent: Map<string, Sent>;
}

/**
 * Sends Events one by one in the background, so that reconciling an instance never waits for an Event. Events
 * beyond the rate limit or beyond the limit of the queue are dropped. Failed requests are logged.
 */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #now: () => Date;
  readonly #series = new Map<string, EventSeries>();
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  #failing = false;

  /** Creates the recorder, without sending a request. */
  constructor(client: KubeClient, now: () => Date = () => new Date()) {
    this.#client = client;
    this.#now = now;
  }

  /** Queues Events about an instance to be sent. Events beyond the limits are dropped. */
  record(kind: KindRef, instance: KubeObject, events: readonly PassEvent[]): void {
    const series = this.#of(instance.metadata.uid ?? "");
    for (const event of events) {
      if (this.#waiting >= LIMITS.waiting) return;
      if (!series.bucket.take(this.#now().getTime())) return;
      this.#waiting++;
      this.#last = this.#last.then(() => this.#send(kind, instance, event, series));
    }
  }

  /** Drops the record of an instance that was deleted. */
  forget(uid: string): void {
    this.#series.delete(uid);
  }

  /** Resolves when each queued Event was sent or its request has failed. */
  async idle(): Promise<void> {
    await this.#last;
  }

  #of(uid: string): EventSeries {
    const { perSecond, burst } = RATE;
    const series = this.#series.get(uid) ??
      { bucket: new TokenBucket(perSecond, burst, this.#now().getTime()), sent: new Map() };
    // The record is removed and inserted again at the end of the map. The first record of the map is
    // therefore the least recently used one, which is evicted first.
    this.#series.delete(uid);
    this.#series.set(uid, series);
    if (this.#series.size > LIMITS.instances) {
      this.#series.delete(this.#series.keys().next().value!);
    }
    return series;
  }

  async #send(
    kind: KindRef,
    instance: KubeObject,
    event: PassEvent,
    series: EventSeries,
  ): Promise<void> {
    try {
      await this.#write(kind, instance, event, series);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        getLogger(["kro", "instance"]).warn("cannot write an Event of {kind} {instance}: {error}", {
          kind: groupKind(kind),
          instance: instanceName(instance),
          error: errorText(error),
        });
      }
      this.#failing = true;
    } finally {
      this.#waiting--;
    }
  }

  async #write(
    kind: KindRef,
    instance: KubeObject,
    event: PassEvent,
    series: EventSeries,
  ): Promise<void> {
    const { name = "", namespace, uid, resourceVersion } = instance.metadata;
    const [now, key] = [this.#now(), `${event.type} ${event.reason} ${event.message}`];
    const before = series.sent.get(key);
    const by = { fieldManager: Manager.kro };
    const at = namespace ?? "default";
    if (before && now.getTime() - before.at < SAME_MS) {
      const count = before.count + 1;
      const patch = { count, lastTimestamp: timestamp(now) };
      await this.#client.mergePatch(
        { kind: EVENT_KIND, namespace: at, name: before.name },
        patch,
        by,
      );
      series.sent.set(key, { ...before, count, at: now.getTime() });
      return;
    }
    const eventName = `${name.slice(0, 200)}.${crypto.randomUUID().slice(0, 13)}`;
    const component = `kro/${kind.plural}.${kind.group}-controller`;
    await this.#client.create(EVENT_KIND, {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: eventName, namespace: at },
      involvedObject: {
        apiVersion: apiVersionOf(kind),
        kind: kind.kind,
        name,
        ...(namespace && { namespace }),
        uid,
        resourceVersion,
      },
      ...event,
      source: { component },
      reportingComponent: component,
      count: 1,
      firstTimestamp: timestamp(now),
      lastTimestamp: timestamp(now),
    }, by);
    series.sent.set(key, { name: eventName, count: 1, at: now.getTime() });
    for (const [old, { at }] of series.sent) {
      if (now.getTime() - at >= SAME_MS) series.sent.delete(old);
    }
  }
}

/** Returns `namespace/name`, or only the name of a cluster-scoped instance. */
function instanceName({ metadata: { namespace, name = "" } }: KubeObject): string {
  return namespace ? `${namespace}/${name}` : name;
}
