/** Writes a plan to a file, and reads the plan for `kro apply --plan`. */
import { createHash } from "node:crypto";
import {
  ApiError,
  jsonText,
  type KubeObject,
  NAMESPACE_KIND,
  type ObjectRef,
  VERSION,
} from "../../api/mod.ts";
import type { PlanReport } from "../../explain/mod.ts";
import type { KubeClient } from "../../kube/mod.ts";
import { UsageError } from "../errors.ts";
import { fileName, readText } from "../manifests.ts";
import { sealed, unsealed } from "../sealed.ts";
import { writePrivate } from "../write_file.ts";

/** The state of an object at the time of the plan. */
export interface PlannedState {
  /** The object. */
  ref: ObjectRef;
  /** A digest of the object's UID, generation and managed fields; null if the object did not exist. */
  state: string | null;
}

/** The content of a saved plan. */
export interface PlanFile {
  /** The format of the file. */
  format: typeof FORMAT;
  /** The version of kro that wrote the plan. */
  version: string;
  /** The identity of the cluster that the plan is for, as {@link clusterIdentity} returns it. */
  cluster: string;
  /** The namespace of objects whose manifest names no namespace. */
  namespace: string;
  /** The objects in the files that were planned, as `kro apply` applies them. */
  manifests: KubeObject[];
  /** The instances to reconcile. */
  instances: ObjectRef[];
  /**
   * The states of all objects that the plan depends on. `kro apply --plan` refuses the plan if one of them
   * has changed.
   */
  states: PlannedState[];
  /** The report of the plan. */
  report: PlanReport;
}

const FORMAT = "kro-plan/v1";

/**
 * Writes a plan to a file that only its owner may read, because templates may contain secret values. Throws
 * UsageError when the write fails.
 */
export function writePlan(path: string, plan: Omit<PlanFile, "format">): void {
  writePrivate(path, "plan", sealed({ format: FORMAT, ...plan }));
}

/**
 * Reads a plan from a file, or from standard input (`-`). Rejects with UsageError when the file does not contain
 * a plan, was edited, or was written by another version of kro.
 */
export async function readPlan(file: string): Promise<PlanFile> {
  const text = await readText(file, "the plan ");
  const path = fileName(file);
  const found = unsealed(text, path);
  const { format, version } = found?.content ?? {};
  if (!found || typeof format !== "string" || !format.startsWith("kro-plan/")) {
    throw new UsageError(`${path} is not a plan of kro: make one with kro plan --out`);
  }
  // The version is compared first, because another version may have another format and another digest.
  if (version !== VERSION) {
    throw new UsageError(
      `the plan ${path} was made by kro ${version}, but this is kro ${VERSION}: plan again`,
    );
  }
  if (found.isEdited || format !== FORMAT) {
    throw new UsageError(`the plan ${path} was edited after kro wrote it: plan again`);
  }
  return found.content as unknown as PlanFile;
}

/**
 * Returns a string that identifies the cluster: the UID of the namespace kube-system, or the address of the
 * API server if the user may not read the namespace.
 */
export async function clusterIdentity(client: KubeClient): Promise<string> {
  try {
    const system = await client.get({ kind: NAMESPACE_KIND, name: "kube-system" });
    if (system) return `uid:${system.metadata.uid}`;
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== "Forbidden") throw error;
  }
  return `server:${client.config.server}`;
}

/**
 * Returns a digest of the parts of an object that change when another client changes the object: the UID, the
 * generation, and the managed fields except the entries of subresources. Unlike the resourceVersion, the
 * digest stays the same when a controller only updates the status.
 */
export function stateOf(object: KubeObject | undefined): string | null {
  if (!object) return null;
  const { uid = "", generation = 0, deletionTimestamp = "", managedFields = [] } = object.metadata;
  const entries = managedFields.filter(({ subresource }) => !subresource)
    .map(({ manager, operation, apiVersion, time, fieldsV1 }) =>
      jsonText([manager, operation, apiVersion, time, fieldsV1])
    )
    .sort();
  const text = jsonText([uid, generation, deletionTimestamp, entries]);
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
