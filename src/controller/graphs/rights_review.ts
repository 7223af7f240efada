/** Reviews whether kro has the permissions that graphs need. */
import { getLogger } from "@logtape/logtape";
import {
  ApiError,
  errorText,
  findCondition,
  inBackground,
  type ResourceGraphDefinition,
} from "../../api/mod.ts";
import {
  graphRights,
  missingText,
  namesMissing,
  resourceName,
  type Right,
} from "../../explain/mod.ts";
import type { Graph } from "../../graph/mod.ts";
import { type ResourceAccess, sleep } from "../../kube/mod.ts";

/** The permissions that kro needs for one graph, and those of them that kro lacks. */
export interface ReviewedRights {
  /** The permissions that the graph needs. */
  required: Right[];
  /** The permissions that kro lacks; absent until the first review is complete. */
  missing?: readonly Right[];
}

/** A graph with the result of its last review. */
interface Reviewed {
  readonly graph: Graph;
  readonly missing?: readonly Right[];
}

/**
 * The API server's answer to one SelfSubjectAccessReview. While the request is in flight, `allowed` is
 * pending.
 */
interface Answer {
  /** The name of the resource, as {@link resourceName} returns it. */
  readonly resource: string;
  readonly allowed: Promise<boolean>;
  isDenied: boolean;
}

/** The dependencies of the review. */
export interface RightsReviewDeps {
  /** Asks the API server whether this process may perform an action. */
  mayAccess: (access: ResourceAccess) => Promise<boolean>;
  /**
   * Called after each complete review of a graph, with the name of its RGD and the result that
   * {@link RightsReview.warning} returns.
   */
  reviewed: (graph: string, warning: string) => void;
  /**
   * Whether the controller deletes CRDs, for which the controller needs more permissions; false by default.
   */
  allowCrdDeletion?: boolean;
  /**
   * The first interval between two reviews of missing permissions, in milliseconds; 60,000 by default. Within
   * this interval, the 403 responses for one resource cause at most one review.
   */
  recheckMs?: number;
}

const RECHECK_MS = 60_000;

/**
 * The factor by which the time between two reviews of missing permissions may grow. The time grows, because
 * the reviews never end if a user grants the permissions only in single namespaces.
 */
const MAX_GROWTH = 16;

const EVERYTHING: ResourceAccess = { verb: "*", group: "*", resource: "*" };

const logger = getLogger(["kro", "graph"]);

/**
 * Asks the API server which of the permissions that graphs need are missing. If kro has all permissions in
 * the cluster, one request is enough for all graphs. Otherwise, the review sends one request for each
 * resource and verb, and all graphs share the answers. A missing permission never stops a graph, because
 * permissions in single namespaces may suffice.
 */
export class RightsReview {
  readonly #deps: RightsReviewDeps;
  readonly #recheckMs: number;
  readonly #graphs = new Map<string, Reviewed>();
  readonly #answers = new Map<string, Answer>();
  /**
   * The resources for which a 403 response has caused a review within the last interval. Further 403
   * responses for these resources cause no review.
   */
  readonly #suspected = new Set<string>();
  readonly #stop = new AbortController();
  #isPolling = false;
  #pollMs: number;
  #hasFailed = false;

  /** Creates the review. The first call of {@link review} sends the first request. */
  constructor(deps: RightsReviewDeps) {
    this.#deps = deps;
    this.#recheckMs = deps.recheckMs ?? RECHECK_MS;
    this.#pollMs = this.#recheckMs;
  }

  /**
   * Finds out in the background which of the permissions for a graph kro lacks. Reuses earlier answers of the
   * API server.
   */
  review(name: string, graph: Graph): void {
    this.#graphs.set(name, { graph, missing: this.#graphs.get(name)?.missing });
    this.#start([name]);
  }

  /** Forgets a graph whose RGD was deleted. */
  forget(name: string): void {
    this.#graphs.delete(name);
  }

  /**
   * Returns the permissions that kro needs for a graph, and those of them that kro lacks. Returns undefined
   * when the graph was never reviewed.
   */
  of(name: string): ReviewedRights | undefined {
    const known = this.#graphs.get(name);
    return known && { required: this.#rights(known.graph), missing: known.missing };
  }

  /**
   * Returns the message about the permissions that kro lacks for a graph: an empty string when kro has all
   * permissions, and undefined until the first review of the graph is complete.
   */
  warning(name: string): string | undefined {
    const missing = this.#graphs.get(name)?.missing;
    return missing && missingText(missing);
  }

  /**
   * Reviews all graphs again after a 403 response, because a role may have been changed. A 403 response may
   * have other causes as well, such as a quota, so each resource causes at most one review per interval.
   *
   * @param resource The resource, such as `deployments.apps` or `deployments.apps/status`.
   */
  forbidden(resource: string): void {
    if (this.#suspected.has(resource) || this.#stop.signal.aborted) return;
    const isNeeded = [...this.#graphs.values()].some(({ graph }) =>
      this.#rights(graph).some((right) => resourceName(right) === resource)
    );
    if (!isNeeded) return;
    this.#suspected.add(resource);
    this.#later(this.#recheckMs, () => void this.#suspected.delete(resource));
    this.#answers.delete(keyOf(EVERYTHING));
    this.#drop((answer) => answer.resource === resource);
    this.#start([...this.#graphs.keys()]);
  }

  /** Stops reviewing. */
  stop(): void {
    this.#stop.abort();
  }

  #rights(graph: Graph): Right[] {
    return graphRights(graph, this.#deps);
  }

  #start(names: readonly string[]): void {
    inBackground("review of permissions", this.#review(names));
  }

  async #review(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const before = this.#graphs.get(name);
      if (!before || this.#stop.signal.aborted) continue;
      try {
        const missing = await this.#missing(before.graph);
        // The graph may have been replaced or deleted while the requests were in flight.
        if (this.#graphs.get(name)?.graph !== before.graph) continue;
        this.#graphs.set(name, { graph: before.graph, missing });
        const warning = missingText(missing);
        const earlier = missingText(before.missing ?? []);
        if (warning !== earlier) this.#pollMs = this.#recheckMs;
        logChange(name, earlier, warning);
        this.#deps.reviewed(name, warning);
        if (missing.length > 0) this.#poll();
      } catch (error) {
        return this.#logFailure(error);
      }
    }
  }

  async #missing(graph: Graph): Promise<Right[]> {
    if (await this.#ask(EVERYTHING, "*")) return [];
    const found = await Promise.all(this.#rights(graph).map((right) => this.#missingOf(right)));
    return found.filter((right) => right !== undefined);
  }

  async #missingOf(right: Right): Promise<Right | undefined> {
    const verbs: string[] = [];
    for (const verb of right.verbs) if (!await this.#has(right, verb)) verbs.push(verb);
    return verbs.length === 0 ? undefined : { ...right, verbs };
  }

  async #has(right: Right, verb: string): Promise<boolean> {
    const { group, names: [name] = [], namespaces = [] } = right;
    const [resource = "", subresource] = right.resource.split("/");
    const access: ResourceAccess = {
      verb,
      group,
      resource,
      ...(subresource ? { subresource } : {}),
      ...(name ? { name } : {}),
    };
    if (await this.#ask(access, resourceName(right))) return true;
    for (const namespace of namespaces) {
      if (!await this.#ask({ ...access, namespace }, resourceName(right))) return false;
    }
    return namespaces.length > 0;
  }

  /**
   * Returns whether kro may perform the action, from an earlier answer or by a new request. Rejects with
   * ApiError. After a failure, the next call sends a new request.
   */
  async #ask(access: ResourceAccess, resource: string): Promise<boolean> {
    const key = keyOf(access);
    const known = this.#answers.get(key);
    if (known) return await known.allowed;
    const answer: Answer = { resource, allowed: this.#deps.mayAccess(access), isDenied: false };
    this.#answers.set(key, answer);
    try {
      const allowed = await answer.allowed;
      answer.isDenied = !allowed;
      return allowed;
    } catch (error) {
      if (this.#answers.get(key) === answer) this.#answers.delete(key);
      throw error;
    }
  }

  /**
   * Reviews the graphs with missing permissions again after an interval. The interval starts with
   * {@link RightsReviewDeps.recheckMs}, and doubles while the result does not change.
   */
  #poll(): void {
    if (this.#isPolling) return;
    this.#isPolling = true;
    const waitMs = this.#pollMs;
    this.#pollMs = Math.min(2 * waitMs, MAX_GROWTH * this.#recheckMs);
    this.#later(waitMs, () => {
      this.#isPolling = false;
      this.#drop(({ isDenied, resource }) => isDenied && resource !== "*");
      const lacking = [...this.#graphs].filter(([, { missing = [] }]) => missing.length > 0);
      this.#start(lacking.map(([name]) => name));
    });
  }

  #later(waitMs: number, action: () => void): void {
    const { signal } = this.#stop;
    const waited = sleep(waitMs, signal).then(() => signal.aborted || action());
    inBackground("review of permissions", waited);
  }

  #drop(isDropped: (answer: Answer) => boolean): void {
    for (const [key, answer] of this.#answers) if (isDropped(answer)) this.#answers.delete(key);
  }

  #logFailure(error: unknown): void {
    const isOurs = error instanceof ApiError && error.reason === "Withheld";
    if (this.#hasFailed || isOurs || this.#stop.signal.aborted) return;
    this.#hasFailed = true;
    logger.warn(
      "cannot review the permissions of kro: {error}; missing permissions show only when requests fail",
      { error: errorText(error) },
    );
  }
}

/**
 * Returns true when the condition ControllerReady of an RGD contains the warning. If the warning is empty,
 * returns true when the condition names no missing permission.
 */
export function isReported(rgd: ResourceGraphDefinition, warning: string): boolean {
  const message = findCondition(rgd.status?.conditions, "ControllerReady")?.message ?? "";
  return warning === "" ? !namesMissing(message) : message.includes(warning);
}

function logChange(graph: string, before: string, after: string): void {
  if (before === after) return;
  if (after !== "") return logger.warn("graph {graph}: {warning}", { graph, warning: after });
  logger.info("graph {graph}: kro has all permissions again", { graph });
}

function keyOf(access: ResourceAccess): string {
  return JSON.stringify(access);
}
