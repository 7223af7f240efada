/**
 * Records the last pass over each instance of one kind, for log lines, Kubernetes Events and the JSON API.
 */
import { conditionsOf, isObject, type KindRef, type KubeObject } from "../../api/mod.ts";
import type { Graph } from "../../graph/mod.ts";
import type { InstanceState, Outcome } from "../../reconcile/mod.ts";
import { type Health, healthOf } from "../health.ts";
import type { InstanceView } from "../view.ts";
import { Adopted } from "./adopted.ts";
import type { EventRecorder } from "./event_recorder.ts";
import { type Findings, type LastPass, nodesOf, packedNodes, summaryOf } from "./last_pass.ts";
import { type About, logAdoption, logFailure, logPass, logRecovery } from "./log.ts";
import { eventsOf } from "./pass_events.ts";

/** The objects and settings that the records need. */
export interface RecordDeps {
  /** The kind of the instances. */
  kind: KindRef;
  /** The recorder of Kubernetes Events; absent when the feature gate is off. */
  events?: EventRecorder;
  /** Returns the present time. */
  now: () => Date;
  /**
   * Returns whether this process may write now. If a pass fails because it must not write, the failure is not
   * logged.
   */
  mayWrite: () => boolean;
  /** Whether only failures are logged, because the passes write nothing. False by default. */
  isQuiet?: boolean;
}

/** A completed pass, which is one reconciliation of one instance. */
export interface Passed {
  /** The outcome of the pass. */
  outcome: Outcome;
  /** The graph that the pass used; undefined when the kind has no usable graph. */
  graph: Graph | undefined;
  /** The duration of the pass, in seconds. */
  seconds: number;
  /** The state of the instance before the pass. */
  before: KubeObject;
  /** The newest known state of the instance after the pass; undefined when the instance is gone. */
  stored: KubeObject | undefined;
}

/** The record of the last pass over each instance. Also logs each pass and writes its Kubernetes Events. */
export class InstanceRecords {
  readonly #deps: RecordDeps;
  readonly #last = new Map<string, LastPass>();
  /**
   * The keys of the instances whose running pass has found node results that differ from those of the
   * previous pass.
   */
  readonly #renewed = new Set<string>();

  /** Creates an empty set of records. */
  constructor(deps: RecordDeps) {
    this.#deps = deps;
  }

  /**
   * Records the findings of a pass before the pass writes the status. A client that has seen the new status
   * therefore always gets these findings from {@link view}.
   *
   * @param instance The newest known state of the instance.
   */
  found(
    key: string,
    instance: KubeObject,
    found: Findings,
    graph: Graph | undefined,
  ): void {
    const last = this.#last.get(key);
    const summary = this.#summary(last, instance, found, graph, instance);
    if (isOther(summary, last)) this.#renewed.add(key);
    this.#last.set(key, {
      ...summary,
      time: last?.time ?? 0,
      ...(last?.failure !== undefined && { failure: last.failure }),
      found: found.nodes,
    });
  }

  /**
   * Logs a completed pass, writes the Kubernetes Events of the pass, and records the pass. Returns whether the
   * results of the nodes differ from those of the pass before, or the instance was suspended or resumed.
   */
  passed(key: string, { outcome, graph, seconds, before, stored }: Passed): boolean {
    const { kind, events, now, isQuiet } = this.#deps;
    const last = this.#last.get(key);
    const failure = failureOf(outcome);
    last?.adopted?.forget(outcome.removed);
    const about = aboutOf(kind, before, graph);
    if (!isQuiet) logPass(about, stateOf(before), outcome, seconds);
    if (outcome.instance) {
      const [was, is] = [conditionsOf(before), conditionsOf(outcome.instance)];
      const passEvents = eventsOf(
        was,
        is,
        outcome,
        last?.failure === failure ? undefined : failure,
      );
      events?.record(kind, before, passEvents);
    }
    this.#logFailure(about, last, failure, outcome);
    const summary = this.#summary(last, before, outcome, graph, stored);
    const isRenewed = this.#renewed.delete(key) || isOther(summary, last);
    this.#last.set(key, {
      ...summary,
      time: now().getTime(),
      ...(failure !== undefined && { failure }),
    });
    return isRenewed;
  }

  /** Logs and records the error of a pass that threw an error. The findings of earlier passes are kept. */
  broke(key: string, instance: KubeObject, graph: Graph | undefined, error: string): void {
    const last = this.#last.get(key);
    this.#renewed.delete(key);
    if (last) delete last.found;
    if (!this.#logFailure(aboutOf(this.#deps.kind, instance, graph), last, error)) return;
    this.#last.set(key, { ...last, time: last?.time ?? 0, failure: error });
  }

  /** Reports whether a pass over the instance was recorded. */
  has(key: string): boolean {
    return this.#last.has(key);
  }

  /** Drops the record of an instance that no longer exists. */
  forget(key: string): void {
    this.#last.delete(key);
    this.#renewed.delete(key);
  }

  /** Returns the instance as the JSON API shows it. */
  view(key: string, instance: KubeObject): InstanceView {
    const last = this.#last.get(key);
    const { namespace = "", name = "", uid = "" } = instance.metadata;
    return {
      namespace,
      name,
      uid,
      state: this.state(key, instance),
      health: this.health(key, instance),
      conditions: [...last?.conditions ?? conditionsOf(instance)],
      nodes: nodesOf(last, instance),
      lastPass: last?.time ? new Date(last.time).toISOString() : undefined,
    };
  }

  /** Returns the health of the instance, as {@link view} shows it. */
  health(key: string, instance: KubeObject): Health {
    const conditions = this.#last.get(key)?.conditions ?? conditionsOf(instance);
    return healthOf(instance, this.state(key, instance), conditions);
  }

  /**
   * Returns the reason of the first failed node, or the failure of the last pass, or the message of the first
   * condition with status False. Returns undefined if the instance is neither in error nor degraded.
   */
  problem(key: string, instance: KubeObject): string | undefined {
    if (!["error", "degraded"].includes(this.health(key, instance))) return undefined;
    const last = this.#last.get(key);
    const failed = nodesOf(last, instance).find(({ state }) => state === "Failed");
    if (failed?.reason !== undefined) return `${failed.id}: ${failed.reason}`;
    const conditions = last?.conditions ?? conditionsOf(instance);
    return last?.failure ?? conditions.find(({ status }) => status === "False")?.message;
  }

  /** Returns the state of the instance, as {@link view} shows it. */
  state(key: string, instance: KubeObject): InstanceState | "" {
    return this.#last.get(key)?.state ?? stateOf(instance);
  }

  /**
   * Returns the compact record of a pass, without its time and failure. Logs the objects that the pass
   * adopted.
   */
  #summary(
    last: LastPass | undefined,
    before: KubeObject,
    found: Findings,
    graph: Graph | undefined,
    instance: KubeObject | undefined,
  ): Omit<LastPass, "time"> {
    let { nodes: packed, adopted } = last ?? {};
    const isSuspended = isSuspension(found);
    // A pass over a suspended instance runs no node. The nodes of the pass before the suspension are kept.
    if (last && packed !== undefined && isSuspended) {
      return {
        ...summaryOf(found, packed, last.graph, instance),
        isSuspended,
        ...(adopted && { adopted }),
      };
    }
    // The nodes are not recorded again if they were already recorded before the status was written.
    if (packed === undefined || last?.found !== found.nodes) {
      adopted ??= new Adopted();
      const { kind, isQuiet } = this.#deps;
      const recorded = adopted.record(found.nodes);
      const about = aboutOf(kind, before, graph);
      if (!isQuiet) { for (const object of recorded.adopted) logAdoption(about, object); }
      packed = packedNodes(recorded.nodes, graph, instance);
    }
    return {
      ...summaryOf(found, packed, graph, instance),
      ...(isSuspended && { isSuspended }),
      ...(adopted && adopted.size > 0 && { adopted }),
    };
  }

  /**
   * Logs a failure that differs from the failure logged last, or the recovery from a failure. Returns whether
   * something was logged.
   */
  #logFailure(
    about: About,
    last: LastPass | undefined,
    failure: string | undefined,
    outcome?: Outcome,
  ): boolean {
    if (last?.failure === failure) return false;
    if (failure !== undefined && !this.#deps.mayWrite()) return false;
    if (failure === undefined) logRecovery(about);
    else logFailure(about, failure, outcome);
    return true;
  }
}

/** Returns the reason why a pass failed and is retried; undefined when the pass did not fail. */
export function failureOf({ next }: Outcome): string | undefined {
  return next.kind === "retry" ? next.error : undefined;
}

/** Returns `status.state` of an instance; an empty string when the status has not been written yet. */
export function stateOf(instance: KubeObject): InstanceState | "" {
  const status = isObject(instance.status) ? instance.status : {};
  return typeof status.state === "string" ? status.state as InstanceState : "";
}

/** Reports whether the nodes differ, or one of the passes was suspended and the other was not. */
function isOther(summary: Omit<LastPass, "time">, last: LastPass | undefined): boolean {
  return summary.nodes !== last?.nodes || summary.isSuspended !== last?.isSuspended;
}

/** Reports whether the pass ran no node because the instance or its graph is suspended. */
function isSuspension({ nodes, conditions }: Findings): boolean {
  return nodes.length === 0 &&
    conditions.some(({ type, reason }) =>
      type === "ResourcesReady" && reason === "ReconciliationSuspended"
    );
}

function aboutOf(kind: KindRef, { metadata }: KubeObject, graph: Graph | undefined): About {
  return { kind, namespace: metadata.namespace, name: metadata.name, graph: graph?.name };
}
