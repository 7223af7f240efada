/** Finds out the result of a write by a dry run, which changes nothing in the cluster. */
import {
  ApiError,
  type GroupVersionKind,
  gvkKey,
  isNotFound,
  type KubeObject,
  Manager,
  type ObjectRef,
  timestamp,
} from "../../api/mod.ts";
import type { KubeClient } from "../../kube/mod.ts";
import { withDefaults } from "../../openapi/mod.ts";
import { applied } from "../../reconcile/mod.ts";
import { duplicatesOf } from "../renamed_elements.ts";
import type { PlanKinds } from "./kinds.ts";
import type { PlanReads } from "./reads.ts";
import { keyIn } from "./table.ts";

/** The result of an apply in a plan, found by a dry run or by kro's own merge. */
export interface Answer {
  /** The object before the write; absent when the object does not exist. */
  before?: KubeObject;
  /** The object after the write. */
  after: KubeObject;
  /** The reason why the API server has not checked the write by a dry run; absent after a dry run. */
  unasked?: string;
}

/** An apply in a plan. kro finds out its result by a dry run if possible. */
export interface Question {
  /** The reference to the object that would be applied. */
  ref: ObjectRef;
  /** The desired object. */
  desired: KubeObject;
  /** The object before the apply, if it is known. */
  before?: KubeObject;
  /** Whether the apply takes over fields of other field managers. */
  force: boolean;
  /**
   * The field manager of the apply; by default `Manager.children`, which applies the objects of instances.
   */
  fieldManager?: string;
  /**
   * Whether kro must merge the object itself, because an earlier write of the plan changed the managed fields
   * of `before`. A dry run would use the live object, which does not have this change.
   */
  isMerged?: boolean;
}

/**
 * Finds out the results of writes by server-side dry runs. If the API server cannot make a dry run, the
 * result comes from kro's own merge, and {@link DryRuns.unasked} counts the reason.
 */
export class DryRuns {
  /**
   * The number of writes without a dry run. The keys are the reasons, such as `its CRD changes in this plan`.
   */
  readonly unasked = new Map<string, number>();
  readonly #client: KubeClient;
  readonly #kinds: PlanKinds;
  readonly #reads: PlanReads;
  readonly #forbidden = new Map<string, string>();
  readonly #now: () => Date;

  /** Creates a `DryRuns` without sending a request. */
  constructor(client: KubeClient, kinds: PlanKinds, reads: PlanReads, now: () => Date) {
    this.#client = client;
    this.#kinds = kinds;
    this.#reads = reads;
    this.#now = now;
  }

  /** Returns the result of an apply. Rejects with ApiError when the API server would refuse the apply. */
  async apply(question: Question): Promise<Answer> {
    const { ref, desired, before, force, isMerged } = question;
    const { fieldManager = Manager.children } = question;
    const why = isMerged
      ? "kro takes over the fields of kubectl first"
      : this.#reasonNotToAsk(ref, "patch");
    if (why) return await this.#merged(question, why);
    try {
      const options = { fieldManager, force, dryRun: true };
      const after = await this.#client.apply(ref, desired, options);
      // A dry run that would create the object returns an object without a resourceVersion.
      const exists = after.metadata.resourceVersion !== undefined;
      return { before: before ?? (exists ? await this.#reads.live(ref) : undefined), after };
    } catch (error) {
      const why = this.#reasonAfter(ref, "patch", error, force);
      if (!why) throw error;
      return await this.#merged(question, why);
    }
  }

  /**
   * Resolves when the API server would accept the deletion of the object. Returns the reason if the API
   * server could not make a dry run. Rejects with ApiError when the API server would refuse the deletion.
   */
  async delete(ref: ObjectRef, uid: string): Promise<string | undefined> {
    const why = this.#reasonNotToAsk(ref, "delete");
    if (why) return this.#count(why);
    try {
      await this.#client.delete(ref, { uid, propagation: "Background", dryRun: true });
      return undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      const why = this.#reasonAfter(ref, "delete", error, false);
      if (!why) throw error;
      return this.#count(why);
    }
  }

  /**
   * Returns the reason for not sending a dry run, such as a CRD that the plan has to create first; undefined
   * when a dry run may succeed.
   */
  #reasonNotToAsk({ kind, namespace }: ObjectRef, verb: string): string | undefined {
    if (this.#kinds.planned(kind)) return "its CRD changes in this plan";
    if (namespace !== undefined && this.#isNewNamespace(namespace)) {
      return "its namespace changes in this plan";
    }
    return this.#forbidden.get(`${verb} ${gvkKey(kind)} ${namespace ?? ""}`);
  }

  /**
   * Returns the reason why the error of a dry run says nothing about the real write. Returns undefined when
   * the error means that the API server would refuse the real write.
   */
  #reasonAfter(
    { kind, namespace }: ObjectRef,
    verb: string,
    error: unknown,
    force: boolean,
  ): string | undefined {
    if (!(error instanceof ApiError)) return undefined;
    const { code, message } = error;
    if (code === 403 && RBAC.test(message)) {
      const why = `this user may not ${verb} ${kind.plural}${
        namespace ? ` in namespace ${namespace}` : ""
      }`;
      this.#forbidden.set(`${verb} ${gvkKey(kind)} ${namespace ?? ""}`, why);
      return why;
    }
    if (NO_DRY_RUN.test(message)) return "an admission webhook does not support dry run";
    // The dry run failed because list elements of other managers duplicate desired elements. The real write
    // replaces these elements (see `applyOver`), so the API server would accept the real write.
    return force && duplicatesOf(error).length > 0
      ? "elements of another field manager are replaced"
      : undefined;
  }

  #isNewNamespace(name: string): boolean {
    const table = this.#reads.table({ group: "", kind: "Namespace" });
    const key = keyIn(undefined, name);
    return table.isPlanned(key) && table.get(key)?.metadata.uid === undefined;
  }

  async #merged(question: Question, why: string): Promise<Answer> {
    const { ref, desired, force, fieldManager = Manager.children } = question;
    const planned = this.#kinds.planned(ref.kind);
    const before = question.before ?? await this.#liveIfAllowed(ref);
    const schema = planned?.schema ?? await this.#kinds.schema(ref.kind);
    const time = timestamp(this.#now());
    const merged = applied(before, desired, { manager: fieldManager, time, schema, force });
    // Only CRDs contain defaults that kro can read. The defaults of built-in kinds are part of the API
    // server's code.
    const after = schema && (planned || !isBuiltIn(ref.kind))
      ? withDefaults(schema, merged)
      : merged;
    return { before, after, unasked: this.#count(why) };
  }

  async #liveIfAllowed(ref: ObjectRef): Promise<KubeObject | undefined> {
    const table = this.#reads.table(ref.kind);
    const key = keyIn(ref.namespace, ref.name);
    if (table.isPlanned(key)) return undefined;
    try {
      return table.get(key) ?? await this.#reads.live(ref);
    } catch (error) {
      if (error instanceof ApiError && error.code === 403) return undefined;
      throw error;
    }
  }

  #count(why: string): string {
    this.unasked.set(why, (this.unasked.get(why) ?? 0) + 1);
    return why;
  }
}

/** Returns whether the group of a kind is reserved for Kubernetes, such as `apps` and `policy.k8s.io`. */
function isBuiltIn({ group }: GroupVersionKind): boolean {
  return !group.includes(".") || group.endsWith(".k8s.io");
}

/** Matches the message of a request that RBAC refused. */
const RBAC = /is forbidden: User "[^"]*" cannot /;

/** Matches the message of a dry run that reached an admission webhook with side effects. */
const NO_DRY_RUN = /does not support dry run/;
