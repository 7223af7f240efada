/** The messages of the Kubernetes Events that kro creates. */
import type { Section } from "./types.ts";

/** The section about Events of instances and of the Lease in `docs/messages.md`. */
export const EVENTS: Section = {
  title: "Events",
  intro:
    "Events about instances need the feature gate `InstanceConditionEvents`. Their reasons are `Created`, `Updated`, " +
    "`Pruned`, `Failed`, or the type of a condition whose status changed.",
  entries: [
    {
      code: "LeaderElection",
      texts: ["<identity> became leader"],
      cause: "This controller acquired the Lease.",
      remedy: "Nothing; if it repeats often, look under `kro.lease` for lost leases.",
    },
  ],
};
