/** Makes the writes that publish or withdraw an RGD in order, up to the first refused write. */
import {
  ApiError,
  errorText,
  gvkKey,
  isOutrun,
  type JsonObject,
  type KubeObject,
  type ObjectRef,
} from "../api/mod.ts";
import { isServed, waitEstablished } from "../kube/mod.ts";
import type { PublishDeps } from "./deps.ts";
import { asKro, unlessGone, unlessReplaced } from "./requests.ts";
import {
  guarded,
  type PatchWrite,
  type Refusal,
  type WithdrawalWrite,
  type Write,
} from "./writes.ts";

/** The dependencies of making the writes. */
export type PerformDeps = Pick<PublishDeps, "client" | "serve" | "signal" | "events">;

/**
 * Stores each object that a publication has written, as the API server returned it in the response to the
 * last write.
 */
export class Answers {
  readonly #objects = new Map<string, KubeObject>();

  /**
   * Returns the object as the API server returned it when the publication last wrote it; undefined when the
   * publication has not written the object.
   */
  get(ref: ObjectRef): KubeObject | undefined {
    return this.#objects.get(keyOf(ref));
  }

  /** Records the object that the API server returned after a write. */
  set(ref: ObjectRef, object: KubeObject): void {
    this.#objects.set(keyOf(ref), object);
  }
}

/**
 * Makes the writes in order, and records in `answers` the object that the API server returns for each write.
 *
 * @returns The first refusal that a condition of the RGD has to report; undefined when every write was
 * made.
 * @throws Any other error, such as a conflict with another client, or a failed request that may succeed
 * when it is sent again.
 */
export async function performWrites(
  writes: readonly (Write | WithdrawalWrite)[],
  answers: Answers,
  deps: PerformDeps,
): Promise<Refusal | undefined> {
  for (const write of writes) {
    try {
      await perform(write, answers, deps);
    } catch (error) {
      countFailure(write, deps);
      const { part } = write;
      if (part === undefined || !isRefusal(part, error)) throw error;
      return { part, message: errorText(error) };
    }
  }
  return undefined;
}

async function perform(
  write: Write | WithdrawalWrite,
  answers: Answers,
  deps: PerformDeps,
): Promise<void> {
  const { client } = deps;
  switch (write.type) {
    case "serve":
      return await deps.serve?.(write.served);
    case "createRevision":
    case "createCrd":
      return answers.set(write.ref, await client.create(write.ref.kind, write.object, asKro));
    case "addFinalizer":
    case "adoptRevision":
    case "patchCrd":
      return answers.set(
        write.ref,
        await client.mergePatch(write.ref, body(write, answers), asKro),
      );
    case "verifyRevision": {
      const options = { ...asKro, subresource: "status" as const };
      return answers.set(write.ref, await client.mergePatch(write.ref, write.patch, options));
    }
    case "releaseRevision":
      return await unlessReplaced(client.mergePatch(write.ref, body(write, answers), asKro));
    case "deleteRevision":
      await unlessReplaced(client.delete(write.ref, { uid: write.uid }));
      return deps.events?.retired(true);
    case "deleteInstance": {
      const options = { uid: write.uid, propagation: "Background" as const };
      return await unlessGone(client.delete(write.ref, options));
    }
    case "deleteCrd":
      return await unlessGone(client.delete(write.ref, { uid: write.uid }));
    case "releaseRgd":
      return await unlessGone(client.mergePatch(write.ref, body(write, answers), asKro));
    case "awaitCrd": {
      const crd = answers.get(write.ref) ?? write.crd;
      if (crd && isServed(crd)) return;
      const { name } = write.ref;
      return answers.set(write.ref, await waitEstablished(client, name, deps.signal));
    }
  }
}

/**
 * Returns the patch with a precondition: the API server rejects the patch if another client has changed the
 * object since kro last read or wrote it.
 */
function body({ ref, patch, resourceVersion }: PatchWrite, answers: Answers): JsonObject {
  return guarded(patch, answers.get(ref)?.metadata.resourceVersion ?? resourceVersion);
}

function countFailure(write: Write | WithdrawalWrite, { events }: PerformDeps): void {
  const isRetirement = write.type === "deleteRevision" ||
    (write.type === "releaseRevision" && write.retires);
  if (isRetirement) events?.retired(false);
  if (write.type === "verifyRevision") events?.statusFailed(write.compiles);
}

/** Reports whether the error is a refusal, which means that the same write would most likely fail again. */
function isRefusal(part: Refusal["part"], error: unknown): boolean {
  switch (part) {
    case "revision":
      return error instanceof ApiError &&
        ["Forbidden", "Invalid", "BadRequest", "TooLarge"].includes(error.reason);
    case "kind":
    case "fallback":
      return !isOutrun(error);
    case "controller":
      return true;
  }
}

function keyOf({ kind, namespace = "", name }: ObjectRef): string {
  return `${gvkKey(kind)}|${namespace}|${name}`;
}
