/** What is remembered of the passes over the instances of a kind; logs, Events and the JSON API tell it. */
import { conditionsOf, isObject, type KindRef, type KubeObject } from "../../api/mod.ts";
import type { Graph } from "../../graph/mod.ts";
import type { InstanceState, Outcome } from "../../reconcile/mod.ts";
import type { InstanceView } from "../view.ts";
import { Adopted } from "./adopted.ts";
import type { InstanceEvents } from "./event_recorder.ts";
import { type LastPass, nodesOf, remembered } from "./last_pass.ts";
import { type About, logAdoption, logFailure, logPass, logRecovery } from "./log.ts";
import { newsOf } from "./pass_events.ts";

/** What records need from outside. */
export interface RecordDeps {
  /** Kind of the instances. */
  kind: KindRef;
  /** Writes Events; absent unless that is asked for. */
  events?: InstanceEvents;
  /** The present time. */
  now: () => Date;
  /** Whether writes leave at present; a pass that fails because they do not is no news. */
  mayWrite: () => boolean;
}

/** A pass that came to its end. */
export interface Passed {
  /** What it came to. */
  outcome: Outcome;
  /** The graph that it went by. */
  graph: Graph | undefined;
  /** How long it took. */
  seconds: number;
  /** The instance as it was before. */
  before: KubeObject;
  /** The instance as the store has it now. */
  stored: KubeObject | undefined;
}

/** See the file's first line. Keys are those of the store. */
export class InstanceRecords {
  readonly #deps: RecordDeps;
  readonly #last = new Map<string, LastPass>();

  /** Nothing is remembered yet. */
  constructor(deps: RecordDeps) {
    this.#deps = deps;
  }

  /** Tells what a pass did and remembers it. */
  passed(key: string, { outcome, graph, seconds, before, stored }: Passed): void {
    const { kind, events, now } = this.#deps;
    const last = this.#last.get(key);
    const failure = failureOf(outcome);
    const about = aboutOf(kind, before, graph);
    logPass(about, stateOf(before), outcome, seconds);
    if (outcome.instance) {
      const [was, is] = [conditionsOf(before), conditionsOf(outcome.instance)];
      const news = newsOf(was, is, outcome, last?.failure === failure ? undefined : failure);
      events?.tell(kind, before, news);
    }
    this.#tell(about, last, failure, outcome);
    const adopted = last?.adopted ?? new Adopted();
    const noted = adopted.note(outcome.nodes);
    for (const object of noted.adopted) logAdoption(about, object);
    this.#last.set(key, {
      ...remembered(outcome, noted.nodes, graph, stored),
      ...(adopted.size > 0 && { adopted }),
      time: now().getTime(),
      ...(failure !== undefined && { failure }),
    });
  }

  /** Tells that a pass broke off, and remembers why; what an earlier one came to stays. */
  broke(key: string, instance: KubeObject, graph: Graph | undefined, error: string): void {
    const last = this.#last.get(key);
    if (!this.#tell(aboutOf(this.#deps.kind, instance, graph), last, error)) return;
    this.#last.set(key, { ...last, time: last?.time ?? 0, failure: error });
  }

  /** The instance is gone. */
  forget(key: string): void {
    this.#last.delete(key);
  }

  /** The instance as the JSON API shows it. */
  view(key: string, instance: KubeObject): InstanceView {
    const last = this.#last.get(key);
    const { namespace = "", name = "", uid = "" } = instance.metadata;
    return {
      namespace,
      name,
      uid,
      state: last?.state ?? stateOf(instance),
      conditions: [...last?.conditions ?? conditionsOf(instance)],
      nodes: nodesOf(last, instance),
      lastPass: last?.time ? new Date(last.time).toISOString() : undefined,
    };
  }

  /** Logs a failure when it is another one than last time, and its end. False when it is no news. */
  #tell(
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

/** Why a pass is to be repeated; undefined when it did not fail. */
export function failureOf({ next }: Outcome): string | undefined {
  return next.kind === "retry" ? next.error : undefined;
}

/** `status.state` of an instance; empty without. */
export function stateOf(instance: KubeObject): InstanceState | "" {
  const status = isObject(instance.status) ? instance.status : {};
  return typeof status.state === "string" ? status.state as InstanceState : "";
}

function aboutOf(kind: KindRef, { metadata }: KubeObject, graph: Graph | undefined): About {
  return { kind, namespace: metadata.namespace, name: metadata.name, graph: graph?.name };
}
