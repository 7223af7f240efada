/**
 * Collects the writes that kro would send if it did not only observe, for the JSON API, the metrics and the
 * log.
 */
import { getLogger } from "@logtape/logtape";
import { groupKind, type KindRef } from "../../api/mod.ts";
import { countText, hider, type ObjectName, objectText } from "../../explain/mod.ts";
import type { PublicationWrite } from "../../publish/mod.ts";
import type { GraphDifference, ObservedGraph, ObservedInstance } from "../view.ts";
import {
  type DifferenceSources,
  graphDifferences,
  type ObservedPass,
  type PassDifferences,
  passDifferences,
} from "./changes.ts";
import { Differences } from "./differences.ts";

/** The number of differences in the instances of one kind, for the metrics. */
export interface ObservedCount {
  /** The kind of the instances. */
  kind: KindRef;
  /** The number of instances that were compared. */
  instances: number;
  /** The number of compared instances for which kro would write a child object. */
  differing: number;
  /** The number of child objects that kro would write. */
  objects: number;
}

/** The result of recording a pass. */
export interface Recorded {
  /** Whether the pass found other differences than the pass before it. */
  isNew: boolean;
  /**
   * The time after which the instance must be compared again, in milliseconds; undefined when no further
   * comparison is needed.
   */
  afterMs?: number;
}

/** The objects and functions that an observer needs. */
export interface ObserverDeps extends Omit<DifferenceSources, "hide"> {
  /** Returns the current time. */
  now: () => Date;
}

const logger = getLogger(["kro", "observe"]);

/** The number of objects that a log line names. */
const NAMED = 3;

/** Stores the differences of all RGDs and instances of an operator that only observes. */
export class Observer {
  readonly #deps: ObserverDeps;
  readonly #hide = hider(crypto.getRandomValues(new Uint8Array(32)));
  readonly #graphs: Differences<{ changes: GraphDifference[] }>;
  /** The differences of the instances of each kind. The keys of the outer map are the names of the CRDs. */
  readonly #kinds = new Map<string, { kind: KindRef; instances: Differences<PassDifferences> }>();

  /** Creates an observer without differences, and sends no request. */
  constructor(deps: ObserverDeps) {
    this.#deps = deps;
    this.#graphs = new Differences(deps.now, ({ changes }) => changes.length === 0);
  }

  /**
   * Records the differences that a pass over an instance found.
   *
   * @param key The key of the instance within its kind.
   */
  async passed(key: string, pass: ObservedPass): Promise<Recorded> {
    const { kind } = pass;
    const found = await passDifferences(pass, { ...this.#deps, hide: this.#hide });
    const { isNew, isLogged, afterMs } = this.#of(kind).put(key, found);
    const at = { kind: groupKind(kind), instance: key.startsWith("/") ? key.slice(1) : key };
    if (isLogged && isSame(found)) {
      logger.info("{kind} {instance}: kro would write nothing any more", at);
    } else if (isLogged) {
      logger.info("{kind} {instance}: kro would write {differences}", {
        ...at,
        differences: passText(found),
      });
    }
    return { isNew, ...(afterMs !== undefined && { afterMs }) };
  }

  /** Records the writes that publishing an RGD would send. */
  published(graph: string, writes: readonly PublicationWrite[]): Recorded {
    const changes = graphDifferences(writes, this.#hide);
    const { isNew, isLogged, afterMs } = this.#graphs.put(graph, { changes });
    if (isLogged && changes.length === 0) {
      logger.info("graph {graph}: kro would write nothing any more", { graph });
    } else if (isLogged) {
      const texts = changes.map(({ kind, name, action, reason }) =>
        `${kind} ${name} (${action}: ${reason})`
      );
      logger.info("graph {graph}: kro would write {differences}", {
        graph,
        differences: listText(texts),
      });
    }
    return { isNew, ...(afterMs !== undefined && { afterMs }) };
  }

  /** Whether kro would write a child object of the instance, or the instance itself. */
  differs(kind: KindRef, key: string): boolean {
    return this.#kinds.get(crdOf(kind))?.instances.differs(key) ?? false;
  }

  /** Whether publishing the RGD would write the RGD, a revision or the CRD. */
  graphDiffers(graph: string): boolean {
    return this.#graphs.differs(graph);
  }

  /** Returns the differences of an instance; undefined before the first pass over the instance. */
  instance(kind: KindRef, key: string): ObservedInstance | undefined {
    return this.#kinds.get(crdOf(kind))?.instances.get(key);
  }

  /**
   * Returns the differences of an RGD; undefined before the RGD was compared.
   *
   * @param kind The kind of the RGD's instances; undefined when no graph serves the kind.
   */
  graph(graph: string, kind: KindRef | undefined): ObservedGraph | undefined {
    const found = this.#graphs.get(graph);
    return found && { ...found, differing: kind ? this.#count(crdOf(kind)).differing : 0 };
  }

  /**
   * Drops an instance that no longer exists. With the last instance of a kind, also drops the kind, so that the
   * metrics keep no series of a deleted kind.
   */
  forget(kind: KindRef, key: string): void {
    const crd = crdOf(kind);
    const instances = this.#kinds.get(crd)?.instances;
    instances?.forget(key);
    if (instances?.size === 0) this.#kinds.delete(crd);
  }

  /** Drops an RGD that no longer exists. */
  forgetGraph(graph: string): void {
    this.#graphs.forget(graph);
  }

  /** Returns the number of differences for each kind with at least one compared instance. */
  counts(): ObservedCount[] {
    return [...this.#kinds].map(([crd, { kind }]) => ({ kind, ...this.#count(crd) }));
  }

  /** Returns the number of compared RGDs, and the number of RGDs whose publication would write an object. */
  graphCounts(): { graphs: number; differing: number } {
    const all = [...this.#graphs.entries()];
    return {
      graphs: all.length,
      differing: all.filter(([, { changes }]) => changes.length > 0).length,
    };
  }

  #of(kind: KindRef): Differences<PassDifferences> {
    const crd = crdOf(kind);
    const known = this.#kinds.get(crd)?.instances;
    const instances = known ?? new Differences(this.#deps.now, isSame);
    this.#kinds.set(crd, { kind, instances });
    return instances;
  }

  #count(crd: string): Omit<ObservedCount, "kind"> {
    const count = { instances: 0, differing: 0, objects: 0 };
    for (const [, { children }] of this.#kinds.get(crd)?.instances.entries() ?? []) {
      count.instances += 1;
      count.differing += children.length > 0 ? 1 : 0;
      count.objects += children.length;
    }
    return count;
  }
}

function isSame({ children, instance }: PassDifferences): boolean {
  return children.length === 0 && instance.length === 0;
}

function crdOf({ plural, group }: KindRef): string {
  return `${plural}.${group}`;
}

/** Formats the differences for the log, without values, because values may be secret. */
function passText({ children, instance }: PassDifferences): string {
  const texts = children.map((change) => {
    const { action, fields } = change;
    const isShown = fields.length > 0 && (action === "changed" || action === "adopted");
    const paths = isShown ? `: ${pathsText(fields)}` : "";
    return `${objectText(change as ObjectName)} (${action}${paths})`;
  });
  const own = instance.length > 0 ? [`the instance itself (changed: ${pathsText(instance)})`] : [];
  return listText([...texts, ...own]);
}

function pathsText(fields: readonly { path: string }[]): string {
  const more = fields.length > NAMED
    ? ` and ${countText(fields.length - NAMED, "other field")}`
    : "";
  return fields.slice(0, NAMED).map(({ path }) => path).join(", ") + more;
}

function listText(texts: readonly string[]): string {
  const more = texts.length > NAMED
    ? `; and ${countText(texts.length - NAMED, "other object")}`
    : "";
  return `${texts.slice(0, NAMED).join("; ")}${more}`;
}
