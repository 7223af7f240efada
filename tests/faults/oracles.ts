/**
 * The oracles of the fault tests: functions that check rules which kro must not violate under any fault. Each
 * oracle searches the recorded requests, the objects or a log for violations, and returns a line for each
 * violation.
 */
import { groupKind, type KubeObject, Label, LEASE_NAME } from "../../src/api/mod.ts";
import {
  covers,
  type Inventory,
  parentNamespace,
  readInventory,
} from "../../src/reconcile/inventory.ts";
import { type Entry, isWrite } from "./proxy/mod.ts";

/** Returns a line for each object whose labels refer to an instance that does not exist. */
export function orphans(objects: readonly KubeObject[]): string[] {
  const uids = new Set(objects.map((o) => o.metadata.uid));
  return objects.filter(({ metadata: { labels = {} } }) => {
    const instance = labels[Label.instanceId];
    return instance !== undefined && !uids.has(instance);
  }).map((o) => `${textOf(o)} has no instance any more`);
}

/**
 * Returns the writes in the proxy's record that `clients` sent at or after `since` (a value of
 * `performance.now()`), except writes of Leases and Events.
 */
export function writes(
  record: readonly Entry[],
  clients: readonly string[],
  since: number,
): Entry[] {
  return record.filter((e) =>
    e.began >= since && clients.includes(e.client) && isWrite(e) &&
    e.resource !== "leases" && e.resource !== "events"
  );
}

/**
 * Returns a line for each write that `clients` sent after `since`, a time at which all objects had converged.
 * kro has no reason to write after this time.
 */
export function unquiet(
  record: readonly Entry[],
  clients: readonly string[],
  since: number,
): string[] {
  return writes(record, clients, since).map((e) =>
    `${e.client} wrote in the quiet: ${requestText(e)}`
  );
}

/**
 * Returns a line for each write after which a child object had no instance, or after which the instance's
 * inventory lacked the child's kind or namespace.
 */
export function uncovered(record: readonly Entry[]): string[] {
  const instances = new Map<string, { inventory: Inventory; home: string }>();
  const children = new Map<string, Child>();
  const faults: string[] = [];
  const check = (child: Child, when: Entry) => {
    const parent = instances.get(child.owner);
    const place = child.namespace && child.namespace !== parent?.home ? [child.namespace] : [];
    const own = { kinds: new Set([child.kind]), namespaces: new Set(place) };
    const what = `${child.kind} ${child.namespace}/${child.name}`;
    if (!parent) faults.push(`${what} had no instance after ${requestText(when)}`);
    else if (!covers(parent.inventory, own)) {
      faults.push(`${what} was not in the inventory after ${requestText(when)}`);
    }
  };
  const checkAll = (owner: string, when: Entry) => {
    for (const child of children.values()) if (child.owner === owner) check(child, when);
  };
  for (const { entry, object, isGone } of history(record)) {
    const key = keyOf(entry, object);
    const { labels = {}, namespace = "", name = "" } = object?.metadata ?? {};
    const id = labels[Label.applySetId];
    if (object && id !== undefined) {
      if (isGone) instances.delete(id);
      else {
        const inventory = readInventory(object);
        instances.set(id, { inventory, home: parentNamespace(object) });
      }
      checkAll(id, entry);
    }
    const label = labels[Label.applySetPartOf];
    // If a user changes the label that names the instance, the object still counts as a child of its previous
    // instance.
    const owner = label && entry.client === USER ? children.get(key)?.owner ?? label : label;
    if (isGone || owner === undefined) {
      children.delete(key);
    } else {
      const group = object!.apiVersion!.includes("/") ? object!.apiVersion!.split("/")[0]! : "";
      const child = { owner, namespace, name, kind: groupKind({ group, kind: object!.kind! }) };
      children.set(key, child);
      check(child, entry);
    }
  }
  return faults;
}

/** The name, in the proxy's record, of the client that sends the requests of users. */
const USER = "user";

interface Child {
  owner: string;
  kind: string;
  namespace: string;
  name: string;
}

interface Step {
  entry: Entry;
  object: KubeObject | undefined;
  /** Whether this write removed the object from the API server. */
  isGone: boolean;
  at: number;
}

/**
 * Returns the successful writes in the order in which the API server executed them, which is the order of the
 * resourceVersions. The response to a removal contains no resourceVersion, so a removal is placed after all
 * writes that completed before it.
 */
function history(record: readonly Entry[]): Step[] {
  let latest = 0;
  const done = record.filter((e) => isWrite(e) && e.order !== undefined && isSuccess(e))
    .sort((a, b) => a.order! - b.order!)
    .map((entry) => {
      const answer = JSON.parse(entry.answer ?? "null") as KubeObject | null;
      const object = answer?.kind === "Status" ? undefined : answer ?? undefined;
      const { deletionTimestamp, finalizers = [], resourceVersion } = object?.metadata ?? {};
      // The write has removed the object from the API server if the response shows no finalizers, and the
      // write was a DELETE or removed the last finalizer. A DELETE may also return a Status object, which has
      // no finalizers.
      const isGone = finalizers.length === 0 &&
        (entry.verb === "delete" || deletionTimestamp !== undefined);
      const at = isGone ? latest : Number(resourceVersion);
      latest = Math.max(latest, at);
      return { entry, object, isGone, at };
    });
  return done.sort((a, b) => a.at - b.at);
}

function isSuccess({ status = 0 }: Entry): boolean {
  return status >= 200 && status < 300;
}

function keyOf(entry: Entry, object: KubeObject | undefined): string {
  const { group, resource, namespace } = entry;
  return [group, resource, namespace, entry.name || object?.metadata.name].join("|");
}

/**
 * Returns a line for each write of a kro process that was not the leader: another process held the Lease, or
 * the Lease had expired. After a user has deleted the Lease, the last holder may write until the Lease would
 * have expired.
 */
export function unled(record: readonly Entry[], clients: readonly string[]): string[] {
  const leases = record.filter((e) =>
    e.resource === "leases" && isWrite(e) && e.verb !== "delete" && isSuccess(e) &&
    e.answer?.includes(LEASE_NAME)
  ).map((e) => {
    const { spec } = JSON.parse(e.answer!) as { spec: LeaseSpec };
    return { at: e.ended!, client: e.client, ...spec };
  }).sort((a, b) => a.at - b.at);
  const identities = new Map(leases.flatMap((l) => l.holderIdentity ? [[l.client, l]] : []));
  // A write that the API server rejected has no effect, so only successful writes count.
  return writes(record, clients, 0).filter(isSuccess).filter((e) => {
    const held = leases.findLast((l) => l.at <= e.began);
    const isOwn = held?.holderIdentity !== undefined && held.holderIdentity !== "" &&
      held.holderIdentity === identities.get(e.client)?.holderIdentity;
    return !isOwn || e.began > held.at + (held.leaseDurationSeconds ?? 0) * 1000;
  }).map((e) => `${e.client} wrote without the Lease: ${requestText(e)}`);
}

interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
}

/**
 * Returns a line for each list or watch with `resourceVersion=0`. The response to such a request may show an
 * older state than kro has already seen, so kro must not send the request.
 */
export function stale(record: readonly Entry[], clients: readonly string[]): string[] {
  return record.filter((e) =>
    clients.includes(e.client) && /[?&]resourceVersion=0(&|$)/.test(e.path)
  )
    .map((e) => `an answer may be of any age: ${requestText(e)}`);
}

/**
 * Returns a violation for each line of a log that is not JSON, such as a stack trace or an unhandled
 * rejection. The error line which a failed command prints before it exits is permitted.
 */
export function unclean(log: string): string[] {
  return log.split("\n").filter((line) => line !== "" && !isLogLine(line) && !GIVES_UP.test(line))
    .map((line) => `in the log: ${line.slice(0, 300)}`);
}

/**
 * Returns a line for each log entry which reports that the periodic resync found a change. Watch
 * events should have reported the change earlier.
 */
export function missed(log: string): string[] {
  return log.split("\n").filter((line) => isLogLine(line) && line.includes(MISSED)).map((line) =>
    `a sweep found what events missed: ${JSON.parse(line).message}`
  );
}

const MISSED = "changes, found by the resync";

const GIVES_UP = /^error: (?!Uncaught)/;

function isLogLine(line: string): boolean {
  try {
    return typeof JSON.parse(line).message === "string";
  } catch {
    return false;
  }
}

/**
 * Returns a line if the number of resources, such as file descriptors, has grown by more than 8. A few idle
 * connections are permitted.
 */
export function leaked(what: string, before: number, after: number): string[] {
  return after <= before + 8 ? [] : [`${what} grew from ${before} to ${after}`];
}

/**
 * Returns a line if memory has grown too much. Sizes are in bytes. The limit is 1.5 times `before`
 * plus 64 MiB, because a garbage-collected heap keeps free space.
 */
export function swollen(before: number, after: number): string[] {
  const most = 1.5 * before + 64 * 2 ** 20;
  return after <= most ? [] : [`memory grew from ${mib(before)} to ${mib(after)}`];
}

/**
 * Returns a line for each watch that a client has open more than once. kro may watch the child objects and
 * the external objects of one kind at the same time, because these two watches have different selectors.
 */
export function doubled(client: string, watched: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const what of watched) counts.set(what, (counts.get(what) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1)
    .map(([what, count]) => `${client} has ${count} watches of ${what}`);
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

/**
 * Returns a line if kro took longer than permitted: three times the duration without faults
 * (`faultFree`), plus the duration of the fault itself (`own`). All times are in milliseconds.
 */
export function late(took: number, bound: { faultFree: number; own: number }): string[] {
  const limit = 3 * bound.faultFree + bound.own;
  return took <= limit ? [] : [`it took ${seconds(took)}, more than ${seconds(limit)}`];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Describes a request on one line, such as `patch /path -> 200 (fault)`. */
function requestText(e: Entry): string {
  const fault = e.fault === "pass" ? "" : ` (${e.fault})`;
  return `${e.verb} ${e.path.split("?")[0]} -> ${e.status ?? "nothing"}${fault}`;
}

function textOf({ kind, metadata: { namespace, name } }: KubeObject): string {
  return `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}
