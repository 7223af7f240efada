/** Waits until the API server serves the kind that a CustomResourceDefinition defines. */
import { ApiError, conditionsOf, CRD_KIND, type KubeObject } from "../api/mod.ts";
import type { KubeClient } from "./types.ts";

/** The time limit of {@link waitEstablished}, in milliseconds. Upstream kro uses the same limit. */
const LIMIT_MS = 120_000;

/**
 * Waits until the CRD has the condition Established, and returns the CRD.
 *
 * @example
 * ```ts
 * import { connect, loadConfig, waitEstablished } from "./mod.ts";
 *
 * const client = connect(await loadConfig(), { userAgent: "kro/1.0" });
 * const crd = await waitEstablished(client, "shops.example.com");
 * ```
 *
 * @throws ApiError `Invalid` when the API server does not accept the CRD's names, `NotFound` when the CRD
 * does not exist, and `Timeout` after two minutes or when the signal aborts.
 */
export async function waitEstablished(
  client: KubeClient,
  name: string,
  signal?: AbortSignal,
): Promise<KubeObject> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  const ends = signal ? AbortSignal.any([limit, signal]) : limit;
  while (!ends.aborted) {
    const crd = await client.get({ kind: CRD_KIND, name });
    if (!crd) throw new ApiError(`CRD ${name} was deleted`, { reason: "NotFound" });
    if (isServed(crd)) return crd;
    const changed = await nextChange(client, crd, ends);
    if (changed && isServed(changed)) return changed;
  }
  throw new ApiError(`CRD ${name} was not established in time`, { reason: "Timeout" });
}

/**
 * Reports whether the API server serves the CRD's kind. Throws ApiError `Invalid` when the API server does
 * not accept the CRD's names, because another CRD already uses these names.
 */
export function isServed(crd: KubeObject): boolean {
  const refused = conditionsOf(crd).find((c) => c.type === "NamesAccepted" && c.status === "False");
  if (refused) {
    const message = `names of CRD ${crd.metadata.name} are not accepted: ${refused.message}`;
    throw new ApiError(message, { reason: "Invalid" });
  }
  return isEstablished(crd);
}

/**
 * Reports whether the CRD has the condition Established. Unlike {@link isServed}, this function does not
 * check whether the API server accepted the CRD's names.
 */
export function isEstablished(crd: KubeObject): boolean {
  return conditionsOf(crd).some((c) => c.type === "Established" && c.status === "True");
}

/**
 * Watches the CRD until the API server serves its kind, and returns the CRD. Returns undefined when the CRD
 * is deleted or the watch ends before that.
 */
async function nextChange(
  client: KubeClient,
  crd: KubeObject,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const watch = new AbortController();
  const fieldSelector = `metadata.name=${crd.metadata.name}`;
  const resourceVersion = crd.metadata.resourceVersion ?? "";
  const options = {
    fieldSelector,
    resourceVersion,
    signal: AbortSignal.any([signal, watch.signal]),
  };
  try {
    for await (const event of client.watch(CRD_KIND, options)) {
      if (event.type === "DELETED") return undefined;
      if (event.type !== "BOOKMARK" && isServed(event.object)) return event.object;
    }
  } catch (error) {
    if (error instanceof ApiError && error.reason === "Gone") return undefined;
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    watch.abort();
  }
  return undefined;
}
