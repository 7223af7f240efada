/** The messages of the Kubernetes Events that kro creates. */
import type { Section } from "./types.ts";

/** The section about Events of instances and of the Lease in `docs/messages.md`. */
export const EVENTS: Section = {
  title: "Events",
  intro:
    "kro creates Events about instances only with the feature gate `InstanceConditionEvents`. The reason of such an Event is `Created`, `Updated`, " +
    "`Pruned`, `Failed`, or the type of a condition whose status changed.",
  entries: [
    {
      code: "LeaderElection",
      texts: ["<identity> became leader"],
      cause: "This controller acquired the Lease.",
      remedy:
        "Nothing. If this Event occurs often, look for lost leases in the log lines of `kro.lease`.",
    },
  ],
};
