/**
 * The controller of RGDs (ResourceGraphDefinitions). Publishes each RGD: compiles its graph, applies its CRD
 * and serves its kind. Publishes the RGD again when an object that the RGD depends on changes.
 */
import { getLogger } from "@logtape/logtape";
import {
  CRD_KIND,
  durationText,
  errorText,
  inBackground,
  type KindRef,
  type KubeObject,
  Label,
  type ResourceGraphDefinition,
  REVISION_KIND,
  RGD_KIND,
} from "../../api/mod.ts";
import type { ClusterSchemas } from "../../clusters/mod.ts";
import { Reflector, type ReflectorHandlers } from "../../kube/mod.ts";
import {
  generatedFor,
  observeGraph,
  problemsText,
  type PublishDeps,
  publishGraph,
  type PublishResult,
  releaseRevision,
  waitingText,
  withdrawGraph,
  writeRgdStatus,
} from "../../publish/mod.ts";
import type { InstancePool } from "../instances/pool.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Observer } from "../observe/observer.ts";
import { WorkQueue } from "../queue/queue.ts";
import type { WorkResult } from "../queue/work.ts";
import { watchFailures } from "../watch_failures.ts";
import { ApiServices } from "./api_services.ts";
import { type GraphEntry, GraphStore } from "./graph_store.ts";
import type { Change } from "../view.ts";
import { logFailure, logWaiting } from "./failures.ts";
import { isReported, type RightsReview } from "./rights_review.ts";
import { warm } from "./standby.ts";
import { serveDeletions, serveUnresolved } from "./without_graph.ts";

/** The objects and settings that the graph controller needs. */
export interface GraphDeps extends Omit<PublishDeps, "current" | "serve" | "warning"> {
  /** The lookup of kinds and schemas. The graph controller invalidates the schemas of a changed CRD. */
  schemas: ClusterSchemas;
  /** The pool of instance controllers, with one controller for each generated kind. */
  pool: InstancePool;
  /** The metrics that count publications, states and deletions of RGDs. */
  metrics: Metrics;
  /** Whether deleting an RGD also deletes its instances and its CRD. */
  allowCrdDeletion: boolean;
  /** The maximum number of RGDs, revisions and CRDs that are processed at the same time. */
  workers: number;
  /**
   * The time after which an RGD is processed again while its deletion waits for its instances, in
   * milliseconds.
   */
  progressMs: number;
  /** The review of kro's permissions for graphs. Absent when permissions are not reviewed. */
  rights?: RightsReview;
  /** Records the writes of publications. Present only if publications must not write. */
  observer?: Observer;
  /** Returns whether this process may write now. A standby process only fills the caches. */
  leads: () => boolean;
  /** Called when the state or the served revision of a graph has changed. */
  changed?: (change: Change) => void;
}

const logger = getLogger(["kro", "graph"]);

/**
 * The longest delay between two attempts to publish an RGD, in milliseconds. The delay is limited, because no
 * event shows the end of a name conflict or the change of an admission policy.
 */
const MAX_DELAY_MS = 120_000;

/**
 * The time after which an RGD is processed again while it misses kinds of an aggregated API that has just
 * become available, in milliseconds.
 */
const NEW_API_MS = 2_000;

/**
 * Watches RGDs, GraphRevisions and CRDs, and processes them from one work queue. The queue contains keys of
 * three forms:
 *
 * - `rgd/<name>`: publishes the RGD. If the RGD is being deleted, processes its deletion.
 * - `crd/<name>`: processes deletions of instances of a generated CRD whose RGD no longer exists.
 * - `revision/<name>`: removes kro's finalizer from a revision that is being deleted.
 *
 * The kind of an RGD is served until the RGD is deleted. While the present spec of the RGD is invalid, the
 * last valid graph serves the kind.
 */
export class GraphController {
  readonly #deps: GraphDeps;
  readonly #store: GraphStore;
  readonly #queue: WorkQueue;
  readonly #stop = new AbortController();
  readonly #watchFailed = watchFailures("graph");
  readonly #apis = new ApiServices((api) => this.#store.apiAvailable(api));
  readonly #reflectors: { name: string; reflector: Reflector }[];
  #started = false;
  #running: Promise<void>[] = [];

  /** Creates the controller. The watches start with {@link start}. */
  constructor(deps: GraphDeps) {
    this.#deps = deps;
    this.#queue = new WorkQueue((key) => this.#work(key), {
      workers: deps.workers,
      maxDelayMs: MAX_DELAY_MS,
      onWorked: deps.metrics.graphWorked,
    });
    this.#store = new GraphStore(
      (key) => this.#queue.add(key),
      (crd, exists) => {
        deps.schemas.invalidate(crd);
        deps.pool.crdChanged(crd, exists);
      },
    );
    deps.pool.onEmpty((crd) => this.#store.instancesGone(crd));
    this.#reflectors = [
      this.#reflector(RGD_KIND, {
        added: (object) => this.#rgdSeen(object),
        modified: (object) => this.#rgdSeen(object),
        deleted: ({ metadata }) => this.#rgdGone(metadata.name!),
      }),
      this.#reflector(REVISION_KIND, {
        added: (object) => this.#store.revisionSeen(object),
        modified: (object) => this.#store.revisionSeen(object),
        deleted: (object) => this.#store.revisionGone(object),
      }),
      this.#reflector(CRD_KIND, {
        added: (object) => this.#store.crdSeen(object),
        modified: (object) => this.#store.crdSeen(object),
        deleted: (object) => this.#store.crdGone(object.metadata.name!),
      }),
    ];
  }

  /** All RGDs, sorted by name. */
  get entries(): GraphEntry[] {
    return this.#store.entries;
  }

  /** Returns the RGD with this name; undefined when the RGD is not known. */
  entry(name: string): GraphEntry | undefined {
    return this.#store.entry(name);
  }

  /**
   * Returns the name of the CRD that was generated for the RGD. Returns undefined when the CRD does not
   * exist, or when it was generated for another RGD.
   */
  crdOf({ rgd, crd }: GraphEntry): string | undefined {
    const known = crd && this.#store.crd(crd);
    return known && generatedFor(rgd.metadata.name!, known) ? crd : undefined;
  }

  /**
   * The reasons why the controller is not ready: caches that are not synced, and RGDs that have not been
   * processed yet.
   */
  get missing(): string[] {
    const caches = this.#reflectors.filter(({ reflector }) => !reflector.hasSynced)
      .map(({ name }) => `cache of ${name} is not synced`);
    const graphs = this.entries.filter((entry) => !entry.attempted)
      .map(({ rgd }) => `graph ${rgd.metadata.name} is not compiled`);
    return [...caches, ...graphs];
  }

  /**
   * Requeues the RGD if its condition ControllerReady does not show this result of the review of permissions.
   */
  rightsReviewed(name: string, warning: string): void {
    const entry = this.#store.entry(name);
    if (entry && !isReported(entry.rgd, warning)) this.#queue.add(`rgd/${name}`);
  }

  /** The work queue, which metrics and health checks read. */
  get queue(): WorkQueue {
    return this.#queue;
  }

  /**
   * Starts the watches, and starts the work queue when all caches are synced. When this process becomes the
   * leader after the watches were started, a second call requeues all keys.
   */
  start(): void {
    if (this.#started) return this.#store.enqueueAll();
    this.#started = true;
    const { signal } = this.#stop;
    this.#running = this.#reflectors.map(({ reflector }) => reflector.start(signal));
    const synced = Promise.all(this.#reflectors.map(({ reflector }) => reflector.synced));
    const begin = () => {
      this.#store.synced();
      this.#queue.start();
    };
    inBackground("start", synced.then(begin, () => {/* stopped before the sync */}));
  }

  /** Stops the watches and the work queue. Resolves when no key is being processed. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#queue.stop();
    await Promise.all([...this.#running, this.#apis.stopped()]);
  }

  #reflector(kind: KindRef, handlers: ReflectorHandlers): { name: string; reflector: Reflector } {
    const name = `${kind.plural}.${kind.group}`;
    const onError = (error: unknown) => this.#watchFailed(kind, error);
    const options = { metadataOnly: kind !== RGD_KIND, onError };
    return { name, reflector: new Reflector(this.#deps.client, kind, options, handlers) };
  }

  #rgdSeen(object: KubeObject): void {
    this.#deps.metrics.revisions.pending(object as ResourceGraphDefinition);
    this.#store.rgdSeen(object);
    const { name = "" } = object.metadata;
    // With `--observe`, another controller may have written the status that differed.
    if (this.#deps.observer?.graphDiffers(name)) this.#queue.add(`rgd/${name}`);
  }

  #rgdGone(name: string): void {
    this.#deps.metrics.revisions.gone(name);
    this.#deps.rights?.forget(name);
    this.#deps.observer?.forgetGraph(name);
    this.#store.rgdGone(name);
    this.#deps.changed?.({ type: "graph", graph: name, state: "DELETED" });
  }

  #work(key: string): Promise<WorkResult> {
    const separator = key.indexOf("/");
    const name = key.slice(separator + 1);
    switch (key.slice(0, separator)) {
      case "rgd":
        return this.#processRgd(name);
      case "crd":
        return this.#processOrphan(name);
      default:
        return this.#releaseRevision(name);
    }
  }

  async #processRgd(name: string): Promise<WorkResult> {
    const entry = this.#store.entry(name);
    if (!entry) return "done";
    try {
      if (!this.#deps.leads()) {
        await warm(entry, this.#deps);
        return "done";
      }
      if (entry.rgd.metadata.deletionTimestamp) return await this.#withdraw(entry);
      return await this.#publish(entry);
    } catch (error) {
      // While this process does not hold the Lease, a failure is neither logged nor retried. The next leader
      // processes all keys again.
      if (!this.#deps.leads()) return "done";
      this.#deps.metrics.rgdBroke(error);
      logFailure(entry, errorText(error));
      const { crd } = entry;
      if (crd && !this.#deps.pool.of(crd)) {
        await serveDeletions(crd, name, this.#deps).catch(() => {});
      }
      return "retry";
    } finally {
      entry.attempted = true;
    }
  }

  async #publish(entry: GraphEntry): Promise<WorkResult> {
    const { metrics, pool, signal = this.#stop.signal, rights, observer, ...deps } = this.#deps;
    const before = entry.rgd;
    const name = before.metadata.name!;
    const since = this.#store.crdChanges.clock;
    const earlier = entry.served?.revision;
    const publication: PublishDeps = {
      ...deps,
      signal,
      definedBy: (kind) => this.#store.definedBy(kind),
      onBuilt: (build) => {
        metrics.build(name, build.seconds, build.problems.length === 0);
        pool.setServed(this.#store.crdChanges.servedKinds(build, since));
      },
      current: entry.served,
      warning: () => rights?.warning(name),
      serve: async (served) => {
        rights?.review(name, served.graph);
        const controller = await pool.controller(served.graph.instance);
        await controller.serve(served, entry.rgd);
        this.#store.serving(entry, served);
        // The RGD may have been deleted while it was published. The key of its CRD is then queued, so that
        // from now on only deletions of the instances are processed.
        if (!this.#store.entry(name)) this.#queue.add(`crd/${entry.crd}`);
      },
    };
    const observed = observer && await observeGraph(before, publication);
    const recorded = observed && observer.published(name, observed.writes);
    const result = observed?.result ?? await publishGraph(before, publication);
    this.#store.published(entry, before, result, since);
    metrics.revisions.resolved(result.rgd, result.served?.revision);
    if (result.issued) metrics.revisionIssued(result.issued);
    const good = result.problems.length === 0 && result.error === undefined;
    metrics.rgdResolution(result.issued ? "issue" : good ? "serve" : "failed");
    const [from, to] = [before.status?.state ?? "", result.rgd.status?.state ?? ""];
    metrics.rgdState(name, from, to);
    const isNews = recorded?.isNew || from !== to || earlier !== result.served?.revision;
    if (isNews) deps.changed?.({ type: "graph", graph: name, state: to });
    if (from !== to) {
      logger.info("graph {graph} is {state}", {
        graph: name,
        state: to,
        revision: result.served?.revision,
        duration: durationText(result.buildSeconds * 1000),
      });
    }
    const failure = result.error ?? (problemsText(result.problems) || undefined);
    logFailure(entry, failure);
    const crd = result.served ? undefined : this.crdOf(entry);
    if (crd) await serveUnresolved(crd, entry.rgd, failure ?? "", this.#deps);
    const next = this.#resultOf(result);
    const afterMs = recorded?.afterMs;
    return afterMs !== undefined && next === "done" ? { afterMs } : next;
  }

  #resultOf({ error, missing }: PublishResult): WorkResult {
    if (missing.length > 0) this.#apis.start(this.#deps.client, this.#stop.signal);
    const isNew = missing.some((kind) => this.#apis.isNew(kind));
    if (isNew) return { afterMs: NEW_API_MS, failed: true };
    return error !== undefined || missing.length > 0 ? "retry" : "done";
  }

  async #withdraw(entry: GraphEntry): Promise<WorkResult> {
    const { client, allowCrdDeletion, metrics, pool, progressMs } = this.#deps;
    if (this.#deps.observer) return "done";
    const { crd, rgd: { metadata: { name = "" } } } = entry;
    // The finalizers of the instances must be processed before the RGD can be deleted. After a restart, the
    // kind has no instance controller yet, so a controller is started for the deletions.
    if (crd && !pool.of(crd)) await serveDeletions(crd, name, this.#deps);
    const { released, instancesLeft } = await withdrawGraph(entry.rgd, {
      client,
      allowCrdDeletion,
    });
    if (!released) {
      await this.#reportWaiting(entry, instancesLeft);
      // The deletion of the last instance requeues the RGD immediately. The interval is needed to find
      // instances that were created since the last check.
      return { afterMs: progressMs };
    }
    // If the CRD was generated for another RGD, this RGD never served the kind. The instance controller of
    // the kind then continues unchanged.
    await pool.of(this.crdOf(entry))?.serveDeletions();
    const since = Date.parse(entry.rgd.metadata.deletionTimestamp ?? "");
    await metrics.rgdDeleted(name, Math.max(0, (Date.now() - since) / 1000));
    if (allowCrdDeletion || !crd) logger.info("graph {graph} deleted", { graph: name });
    else logger.info("graph {graph} deleted; its CRD {crd} stays", { graph: name, crd });
    return "done";
  }

  /** Writes to the RGD's status which instances the deletion of the RGD waits for. */
  async #reportWaiting(entry: GraphEntry, instances: readonly KubeObject[]): Promise<void> {
    const message = waitingText(instances);
    const reason = "WaitingForInstances";
    const conditions = [{ type: "KindReady", status: "False" as const, reason, message }];
    const { client, now } = this.#deps;
    const before = entry.rgd;
    const written = await writeRgdStatus(before, { conditions }, client, now());
    this.#store.rgdWritten(entry, before, written);
    logWaiting(entry, message);
  }

  /** Processes deletions of a generated CRD's instances while the RGD of the CRD does not exist. */
  async #processOrphan(crd: string): Promise<WorkResult> {
    if (!this.#deps.leads()) return "done";
    const known = this.#store.crd(crd);
    const owner = known?.metadata.labels?.[Label.rgdName];
    try {
      if (!known) await this.#deps.pool.drop(crd);
      else if (owner) {
        const isOrphan = () => this.#store.entry(owner) === undefined;
        if (isOrphan()) await serveDeletions(crd, owner, this.#deps, isOrphan);
      }
      return "done";
    } catch (error) {
      const failure = { crd, error: errorText(error) };
      logger.warn("cannot watch instances of {crd}, retrying: {error}", failure);
      return "retry";
    }
  }

  async #releaseRevision(name: string): Promise<WorkResult> {
    if (!this.#deps.leads() || this.#deps.observer) return "done";
    const revision = this.#store.revisionToRelease(name);
    if (revision) await releaseRevision(this.#deps.client, revision);
    return "done";
  }
}
