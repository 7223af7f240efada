/** Finds out what applying an object of a file would change, without applying the object. */
import { ApiError, type KubeObject, Manager, type ObjectRef } from "../../api/mod.ts";
import { isSameObject, type PlanStore, withoutIdentity } from "../../clusters/mod.ts";
import { takenOver } from "../apply_object.ts";

/** The result of {@link askFile}. */
export interface FileAnswer {
  /** The live object; absent when it does not exist. */
  before?: KubeObject;
  /** The object as it would be after the apply. */
  after: KubeObject;
  /** Whether applying the object would change nothing. */
  isSame: boolean;
  /**
   * The reason why kro computed `after` itself; absent when `after` is the result of a server-side dry run.
   */
  unasked?: string;
}

/**
 * Returns the object as it would be after `kro apply`. If `kubectl apply` wrote the object before, the result
 * also contains the takeover of kubectl's fields, which `kro apply` sends first ({@link takenOver}). Rejects
 * with ApiError when the API server would refuse the object.
 */
export async function askFile(
  store: PlanStore,
  ref: ObjectRef,
  desired: KubeObject,
): Promise<FileAnswer> {
  const live = await liveOf(store, ref);
  const managedFields = live && takenOver(live.metadata.managedFields ?? [], Manager.cli);
  const before = managedFields ? { ...live, metadata: { ...live.metadata, managedFields } } : live;
  const { after, unasked } = await store.ask({
    ref,
    desired,
    before,
    force: true,
    fieldManager: Manager.cli,
    isMerged: managedFields !== undefined,
  });
  const isSame = live !== undefined && (isSameObject(live, after) || hasSameContent(live, after));
  return { before: live, after: withoutIdentity(after, live), isSame, unasked };
}

/** Returns whether two versions of an object are equal, except that their managed fields may differ. */
function hasSameContent(live: KubeObject, after: KubeObject): boolean {
  const bare = (object: KubeObject): KubeObject => ({
    ...object,
    metadata: { ...object.metadata, managedFields: [] },
  });
  return isSameObject(bare(live), bare(after));
}

async function liveOf(store: PlanStore, ref: ObjectRef): Promise<KubeObject | undefined> {
  try {
    return await store.reads.live(ref);
  } catch (error) {
    if (error instanceof ApiError && error.isKindMissing) return undefined;
    throw error;
  }
}
