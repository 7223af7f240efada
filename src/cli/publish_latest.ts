/** Publishes an RGD from a command, also while another client changes the same RGD. */
import { isOutrun, type ResourceGraphDefinition } from "../api/mod.ts";
import { type PublishDeps, publishGraph, type PublishResult } from "../publish/mod.ts";
import { rgdRef } from "./report.ts";

/**
 * The maximum number of attempts to publish an RGD. An attempt fails when another client, such as a running
 * controller, publishes the RGD at the same time.
 */
const MAX_ATTEMPTS = 5;

/**
 * Publishes an RGD. If another client changes the RGD, its revision or its CRD meanwhile, reads the RGD again
 * and publishes it again. Rejects with ApiError when another request fails, when the RGD was deleted or
 * created again, and after {@link MAX_ATTEMPTS} attempts.
 */
export async function publishLatest(
  rgd: ResourceGraphDefinition,
  deps: PublishDeps,
): Promise<PublishResult> {
  let latest = rgd;
  for (let attempt = 1;; attempt++) {
    try {
      return await publishGraph(latest, deps);
    } catch (error) {
      if (!isOutrun(error) || attempt === MAX_ATTEMPTS) throw error;
      const live = await deps.client.get(rgdRef(rgd));
      if (live?.metadata.uid !== rgd.metadata.uid) throw error;
      latest = live as ResourceGraphDefinition;
    }
  }
}
