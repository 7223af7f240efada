/** The RGDs, GraphRevisions and CRDs that the graph controller knows, and which of them it requeues. */
import {
  FINALIZER,
  type KindRef,
  type KubeObject,
  Label,
  type ResourceGraphDefinition,
} from "../../api/mod.ts";
import { revisionName } from "../../graph/mod.ts";
import { compareRevisions } from "../../kube/mod.ts";
import {
  crdNameOf,
  generatedFor,
  isOwned,
  type PublishResult,
  type ServedGraph,
} from "../../publish/mod.ts";
import type { GroupVersion } from "./api_services.ts";
import { crdChanged, mayDefine, metadataChanged, rgdChanged } from "./predicates.ts";

/** One RGD and what its last publication found. Only the store replaces its readonly fields. */
export interface GraphEntry {
  /** The newest known state of the RGD. */
  readonly rgd: ResourceGraphDefinition;
  /** The graph that instances are reconciled by. */
  readonly served?: ServedGraph;
  /** Name of the CRD that it generates; undefined while its schema names no kind. */
  readonly crd?: string;
  /** The kinds that the last publication used or missed: their events requeue the RGD. */
  readonly kinds?: Pick<PublishResult, "uses" | "missing">;
  /** True after the first attempt to publish it, whatever came of it. */
  attempted: boolean;
  /** The failure that was logged last: an equal one is not logged again. */
  failure?: string;
}

/** A {@link GraphEntry} as the store writes it. */
type StoredEntry = { -readonly [Field in keyof GraphEntry]: GraphEntry[Field] };

/**
 * Holds the RGDs, and the metadata of GraphRevisions and CRDs, as events and answers to writes show them,
 * and decides which of them to requeue. It makes no request and keeps an older state from replacing a
 * newer one.
 */
export class GraphStore {
  readonly #enqueue: (key: string) => void;
  readonly #onCrdChanged: (crd: string) => void;
  readonly #entries = new Map<string, StoredEntry>();
  /** Metadata of all CRDs of the cluster. */
  readonly #crds = new Map<string, KubeObject>();
  /** A logical clock: how many times any CRD has changed. */
  #crdClock = 0;
  /** By CRD: the clock at its last change, which tells the passes over an RGD that saw it. */
  readonly #changedAt = new Map<string, number>();
  /** Revisions that are being deleted and still have kro's finalizer. */
  readonly #toRelease = new Map<string, KubeObject>();
  #synced = false;

  /**
   * `enqueue` takes the keys `rgd/<name>`, `crd/<name>` and `revision/<name>`. `onCrdChanged` is called when a
   * CRD changes, before its dependents are requeued.
   */
  constructor(
    enqueue: (key: string) => void,
    onCrdChanged: (crd: string) => void,
  ) {
    this.#enqueue = enqueue;
    this.#onCrdChanged = onCrdChanged;
  }

  /** All RGDs, sorted by name. */
  get entries(): GraphEntry[] {
    const names = [...this.#entries.keys()].sort();
    return names.map((name) => this.#entries.get(name)!);
  }

  /** The RGD of that name. */
  entry(name: string): GraphEntry | undefined {
    return this.#entries.get(name);
  }

  /** Metadata of the CRD of that name. */
  crd(name: string): KubeObject | undefined {
    return this.#crds.get(name);
  }

  /** The time for {@link published}: how many changes of CRDs there have been. */
  get crdClock(): number {
    return this.#crdClock;
  }

  /** The revision of that name while kro has to take its finalizer off. */
  revisionToRelease(name: string): KubeObject | undefined {
    return this.#toRelease.get(name);
  }

  /** Call it once all caches are complete: only then a CRD without an RGD is known to be an orphan. */
  synced(): void {
    this.#synced = true;
    for (const crd of this.#crds.values()) this.#enqueueOrphan(crd);
  }

  /** Requeues everything: a former leader may have stopped at any point. */
  enqueueAll(): void {
    for (const name of this.#entries.keys()) this.#enqueue(`rgd/${name}`);
    for (const name of this.#toRelease.keys()) this.#enqueue(`revision/${name}`);
    if (this.#synced) this.synced();
  }

  /** An RGD was added or modified. */
  rgdSeen(object: KubeObject): void {
    const name = object.metadata.name!;
    const entry = this.#entries.get(name);
    const rgd = object as ResourceGraphDefinition;
    if (!entry || entry.rgd.metadata.uid !== rgd.metadata.uid) {
      this.#entries.set(name, { rgd, crd: crdNameOf(rgd), attempted: false });
      this.#enqueue(`rgd/${name}`);
      return;
    }
    this.rgdWritten(entry, entry.rgd, rgd);
  }

  /**
   * Takes a state of an RGD, unless a newer one is known. Requeues the RGD when what it wants differs from
   * `before`, the state that the caller worked on: the answer to a write may show an edit whose own event,
   * arriving later, shows no difference any more.
   */
  rgdWritten(
    entry: GraphEntry,
    before: ResourceGraphDefinition,
    written: ResourceGraphDefinition,
  ): void {
    const stored: StoredEntry = entry;
    stored.rgd = reusingSpec(before, newer(entry.rgd, written));
    if (rgdChanged(before, stored.rgd)) this.#enqueue(`rgd/${before.metadata.name}`);
  }

  /**
   * Takes the result of publishing an RGD. `before` is the RGD as it was then, and `since` the
   * {@link crdClock} when the publication began: a CRD that changed later, before this graph was known to
   * use it, requeues the RGD.
   */
  published(
    entry: GraphEntry,
    before: ResourceGraphDefinition,
    result: PublishResult,
    since = this.#crdClock,
  ): void {
    const stored: StoredEntry = entry;
    stored.kinds = { uses: result.uses, missing: result.missing };
    stored.served = result.served;
    if (result.crd) this.#crdWritten(result.crd);
    this.rgdWritten(entry, before, result.rgd);
    if (this.#usesChangedCrd(entry, since)) this.#enqueue(`rgd/${before.metadata.name}`);
  }

  /** An RGD was deleted. Its CRD may be an orphan now, and another RGD may take over the kind. */
  rgdGone(name: string): void {
    const crd = this.#entries.get(name)?.crd;
    this.#entries.delete(name);
    if (!crd) return;
    this.#enqueue(`crd/${crd}`);
    for (const [other, entry] of this.#entries) {
      if (entry.crd === crd) this.#enqueue(`rgd/${other}`);
    }
  }

  /** An aggregated API became available: requeues the RGDs that miss a kind of it. */
  apiAvailable({ group, version }: GroupVersion): void {
    for (const [name, { kinds }] of this.#entries) {
      const waits = kinds?.missing.some((k) => k.group === group && k.version === version);
      if (waits) this.#enqueue(`rgd/${name}`);
    }
  }

  /** The last instance of a CRD is gone: requeues an RGD whose deletion waited for that. */
  instancesGone(crd: string): void {
    for (const [name, entry] of this.#entries) {
      const isLeaving = entry.rgd.metadata.deletionTimestamp !== undefined;
      if (isLeaving && entry.crd === crd) this.#enqueue(`rgd/${name}`);
    }
  }

  /** A revision was added or modified. One that is being deleted is released. */
  revisionSeen(object: KubeObject): void {
    const { name, deletionTimestamp, finalizers = [] } = object.metadata;
    if (!deletionTimestamp || !finalizers.includes(FINALIZER)) {
      this.#toRelease.delete(name!);
      return;
    }
    this.#toRelease.set(name!, object);
    this.#enqueue(`revision/${name}`);
  }

  /** A revision is gone. Only the newest one is recorded again; kro itself deletes older ones. */
  revisionGone(object: KubeObject): void {
    const name = object.metadata.name!;
    this.#toRelease.delete(name);
    for (const { rgd } of this.#entries.values()) {
      const newest = revisionName(rgd.metadata.name!, rgd.status?.lastIssuedRevision ?? 0);
      if (newest === name) this.#enqueue(`rgd/${rgd.metadata.name}`);
    }
  }

  /** A CRD was added or modified. */
  crdSeen(object: KubeObject): void {
    const name = object.metadata.name!;
    const before = this.#crds.get(name);
    const after = newer(before, object);
    const changed = crdChanged(before, after);
    this.#crds.set(name, after);
    this.#wakeUsers(name, changed);
    if (before && (changed || metadataChanged(before, after))) this.#wakeOwner(before, name);
    if (!before && this.#synced) this.#enqueueOrphan(object);
  }

  /** A CRD was deleted. */
  crdGone(name: string): void {
    const before = this.#crds.get(name);
    this.#crds.delete(name);
    this.#wakeUsers(name, true);
    if (!before) return;
    this.#wakeOwner(before, name);
    if (!this.#ownerOf(before)) this.#enqueue(`crd/${name}`);
  }

  /** Takes the answer to our own write, so that its event does not requeue the RGD; users of the kind are. */
  #crdWritten({ apiVersion, kind, metadata }: KubeObject): void {
    const before = this.#crds.get(metadata.name!);
    const after = newer(before, { apiVersion, kind, metadata });
    this.#crds.set(metadata.name!, after);
    this.#wakeUsers(metadata.name!, crdChanged(before, after));
  }

  /** Requeues RGDs that miss a kind of the CRD's group, or were compiled against the CRD that changed. */
  #wakeUsers(crd: string, changed: boolean): void {
    if (changed) {
      this.#changedAt.set(crd, ++this.#crdClock);
      this.#onCrdChanged(crd);
    }
    for (const [name, { kinds }] of this.#entries) {
      if (!kinds) continue;
      const uses = changed && kinds.uses.some((used) => crdNameFor(used) === crd);
      if (uses || mayDefine(crd, kinds.missing)) {
        this.#enqueue(`rgd/${name}`);
      }
    }
  }

  /** Requeues RGDs that generate a CRD of this name, and the RGD that the CRD was generated for. */
  #wakeOwner(crd: KubeObject, name: string): void {
    for (const [graph, entry] of this.#entries) {
      if (entry.crd === name || generatedFor(graph, crd)) this.#enqueue(`rgd/${graph}`);
    }
  }

  /** True when a CRD that the graph uses or misses has changed since then. */
  #usesChangedCrd({ crd, kinds }: GraphEntry, since: number): boolean {
    const { uses, missing } = kinds!;
    for (const [name, at] of this.#changedAt) {
      if (at <= since || name === crd) continue;
      if (uses.some((kind) => crdNameFor(kind) === name) || mayDefine(name, missing)) return true;
    }
    return false;
  }

  #enqueueOrphan(crd: KubeObject): void {
    if (isOwned(crd) && !this.#ownerOf(crd)) this.#enqueue(`crd/${crd.metadata.name}`);
  }

  #ownerOf(crd: KubeObject): GraphEntry | undefined {
    return this.#entries.get(crd.metadata.labels?.[Label.rgdName] ?? "");
  }
}

function crdNameFor(kind: KindRef): string {
  return `${kind.plural}.${kind.group}`;
}

/** The RGD with the spec object of an earlier state of the same generation, which its graph holds already. */
function reusingSpec(
  before: ResourceGraphDefinition,
  after: ResourceGraphDefinition,
): ResourceGraphDefinition {
  const [{ uid, generation }, next] = [before.metadata, after.metadata];
  const same = generation !== undefined && generation === next.generation && uid === next.uid;
  return same && after.spec !== before.spec ? { ...after, spec: before.spec } : after;
}

/** The newer of two states of one object by resourceVersion; another uid counts as newer. */
function newer<T extends KubeObject>(old: T | undefined, object: T): T {
  if (!old || old.metadata.uid !== object.metadata.uid) return object;
  const order = compareRevisions(object.metadata.resourceVersion, old.metadata.resourceVersion);
  return order > 0 ? object : old;
}
