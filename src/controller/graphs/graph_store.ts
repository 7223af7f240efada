/** RGDs, GraphRevisions and CRDs as events tell of them, and which of them are worth a look. */
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

/** One RGD as it is known. */
export interface GraphEntry {
  /** The newest state of it. */
  rgd: ResourceGraphDefinition;
  /** What instances use. */
  served?: ServedGraph;
  /** Name of the CRD that it generates, when its schema says enough. */
  crd?: string;
  /** What the last result says of kinds, from which events are judged; no more of it is kept. */
  kinds?: Pick<PublishResult, "uses" | "missing">;
  /** It was worked on once. */
  settled: boolean;
  /** The failure as it was logged, so that it is said once. */
  failure?: string;
}

/** See the file's first line. Memory only: what is to be looked at goes to `enqueue`. */
export class GraphState {
  readonly #enqueue: (key: string) => void;
  readonly #kindChanged: (crd: string) => void;
  readonly #entries = new Map<string, GraphEntry>();
  /** When each CRD changed last, in changes of any CRD so far: which pass over an RGD saw it. */
  readonly #changes = new Map<string, number>();
  #clock = 0;
  /** CRDs of the cluster, metadata only. */
  readonly #crds = new Map<string, KubeObject>();
  /** Revisions that wait for kro to let them go. */
  readonly #leaving = new Map<string, KubeObject>();
  #synced = false;

  /**
   * `enqueue` takes `rgd/<name>`, `crd/<name>` and `revision/<name>`; `kindChanged` hears of CRDs that are
   * others by now, before what was compiled against them is looked at.
   */
  constructor(
    enqueue: (key: string) => void,
    kindChanged: (crd: string) => void,
  ) {
    this.#enqueue = enqueue;
    this.#kindChanged = kindChanged;
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

  /** Metadata of a CRD. */
  crd(name: string): KubeObject | undefined {
    return this.#crds.get(name);
  }

  /** A point in time, for {@link published}: how many changes of CRDs there have been. */
  get clock(): number {
    return this.#clock;
  }

  /** Takes a revision that kro has to let go. */
  takeLeaving(name: string): KubeObject | undefined {
    const revision = this.#leaving.get(name);
    this.#leaving.delete(name);
    return revision;
  }

  /** All caches are complete: generated CRDs without an RGD can be told now. */
  synced(): void {
    this.#synced = true;
    for (const crd of this.#crds.values()) this.#adoptOrphan(crd);
  }

  /** Everything is to be looked at: whoever worked on it before, nobody knows how far he came. */
  all(): void {
    for (const name of this.#entries.keys()) this.#enqueue(`rgd/${name}`);
    for (const name of this.#leaving.keys()) this.#enqueue(`revision/${name}`);
    if (this.#synced) this.synced();
  }

  /** An RGD came up or changed. */
  rgdSeen(object: KubeObject): void {
    const name = object.metadata.name!;
    const entry = this.#entries.get(name);
    const rgd = object as ResourceGraphDefinition;
    if (!entry || entry.rgd.metadata.uid !== rgd.metadata.uid) {
      this.#entries.set(name, { rgd, crd: crdNameOf(rgd), settled: false });
      this.#enqueue(`rgd/${name}`);
      return;
    }
    const before = entry.rgd;
    entry.rgd = sharing(before, newer(before, rgd));
    if (rgdChanged(before, entry.rgd)) this.#enqueue(`rgd/${name}`);
  }

  /** Takes what became of an RGD, given as it was, and the {@link clock} as it stood, when work on it began. */
  published(
    entry: GraphEntry,
    before: ResourceGraphDefinition,
    result: PublishResult,
    since = this.#clock,
  ): void {
    entry.kinds = { uses: result.uses, missing: result.missing };
    entry.served = result.served;
    entry.rgd = sharing(before, newer(entry.rgd, result.rgd));
    if (result.crd) this.#crdWritten(result.crd);
    // The answer to our write may show an edit whose event finds nothing new any more, and a CRD may
    // have changed after it was read, when nobody knew yet that this graph uses it.
    if (rgdChanged(before, entry.rgd) || this.#outdated(entry, result, since)) {
      this.#enqueue(`rgd/${before.metadata.name}`);
    }
  }

  /** An RGD is gone; its instances can still be deleted. Others that would make its kind have news. */
  rgdGone(name: string): void {
    const crd = this.#entries.get(name)?.crd;
    this.#entries.delete(name);
    if (!crd) return;
    this.#enqueue(`crd/${crd}`);
    for (const [other, entry] of this.#entries) {
      if (entry.crd === crd) this.#enqueue(`rgd/${other}`);
    }
  }

  /** An aggregated API is available: RGDs may have waited for its kinds. */
  apiAvailable({ group, version }: GroupVersion): void {
    for (const [name, { kinds }] of this.#entries) {
      const waits = kinds?.missing.some((k) => k.group === group && k.version === version);
      if (waits) this.#enqueue(`rgd/${name}`);
    }
  }

  /** The last instance of a kind is gone: an RGD may have waited for that with its own end. */
  instancesGone(crd: string): void {
    for (const [name, entry] of this.#entries) {
      const isLeaving = entry.rgd.metadata.deletionTimestamp !== undefined;
      if (isLeaving && entry.crd === crd) this.#enqueue(`rgd/${name}`);
    }
  }

  /** A revision came up or changed: kro lets go of one that is being deleted. */
  revisionSeen(object: KubeObject): void {
    const { name, deletionTimestamp, finalizers = [] } = object.metadata;
    if (!deletionTimestamp || !finalizers.includes(FINALIZER)) return;
    this.#leaving.set(name!, object);
    this.#enqueue(`revision/${name}`);
  }

  /** A revision is gone. Only the newest is made anew; older ones kro itself deletes. */
  revisionGone(object: KubeObject): void {
    const name = object.metadata.name!;
    for (const { rgd } of this.#entries.values()) {
      const newest = revisionName(rgd.metadata.name!, rgd.status?.lastIssuedRevision ?? 0);
      if (newest === name) this.#enqueue(`rgd/${rgd.metadata.name}`);
    }
  }

  /** A CRD came up or changed. */
  crdSeen(object: KubeObject): void {
    const name = object.metadata.name!;
    const before = this.#crds.get(name);
    const after = newer(before, object);
    const changed = crdChanged(before, after);
    this.#crds.set(name, after);
    this.#wakeUsers(name, changed);
    if (before && (changed || metadataChanged(before, after))) this.#wakeOwner(before, name);
    if (!before && this.#synced) this.#adoptOrphan(object);
  }

  /** A CRD is gone. */
  crdGone(name: string): void {
    const before = this.#crds.get(name);
    this.#crds.delete(name);
    this.#wakeUsers(name, true);
    if (!before) return;
    this.#wakeOwner(before, name);
    if (!this.#ownerOf(before)) this.#enqueue(`crd/${name}`);
  }

  /** Our own write is no news to its RGD when the event comes, but it is to others that use the kind. */
  #crdWritten({ apiVersion, kind, metadata }: KubeObject): void {
    const before = this.#crds.get(metadata.name!);
    const after = newer(before, { apiVersion, kind, metadata });
    this.#crds.set(metadata.name!, after);
    this.#wakeUsers(metadata.name!, crdChanged(before, after));
  }

  /** RGDs that wait for such a kind, or were compiled against the CRD that changed. */
  #wakeUsers(crd: string, changed: boolean): void {
    if (changed) {
      this.#changes.set(crd, ++this.#clock);
      this.#kindChanged(crd);
    }
    for (const [name, { kinds }] of this.#entries) {
      if (!kinds) continue;
      const uses = changed && kinds.uses.some((used) => crdNameFor(used) === crd);
      if (uses || mayDefine(crd, kinds.missing)) {
        this.#enqueue(`rgd/${name}`);
      }
    }
  }

  /** RGDs that make the CRD, that would, were it not another one's, and that the CRD says it is of. */
  #wakeOwner(crd: KubeObject, name: string): void {
    for (const [graph, entry] of this.#entries) {
      if (entry.crd === name || generatedFor(graph, crd)) this.#enqueue(`rgd/${graph}`);
    }
  }

  #outdated({ crd }: GraphEntry, { uses, missing }: PublishResult, since: number): boolean {
    for (const [name, at] of this.#changes) {
      if (at <= since || name === crd) continue;
      if (uses.some((kind) => crdNameFor(kind) === name) || mayDefine(name, missing)) return true;
    }
    return false;
  }

  #adoptOrphan(crd: KubeObject): void {
    if (isOwned(crd) && !this.#ownerOf(crd)) this.#enqueue(`crd/${crd.metadata.name}`);
  }

  #ownerOf(crd: KubeObject): GraphEntry | undefined {
    return this.#entries.get(crd.metadata.labels?.[Label.rgdName] ?? "");
  }
}

function crdNameFor(kind: KindRef): string {
  return `${kind.plural}.${kind.group}`;
}

/** The same RGD with the spec of an earlier state, which a graph may hold, when it is the same one. */
function sharing(
  before: ResourceGraphDefinition,
  after: ResourceGraphDefinition,
): ResourceGraphDefinition {
  const [{ uid, generation }, now] = [before.metadata, after.metadata];
  const same = generation !== undefined && generation === now.generation && uid === now.uid;
  return same && after.spec !== before.spec ? { ...after, spec: before.spec } : after;
}

/** The newer of two states of one object; another uid is always newer. */
function newer<T extends KubeObject>(old: T | undefined, object: T): T {
  if (!old || old.metadata.uid !== object.metadata.uid) return object;
  const order = compareRevisions(object.metadata.resourceVersion, old.metadata.resourceVersion);
  return order > 0 ? object : old;
}
