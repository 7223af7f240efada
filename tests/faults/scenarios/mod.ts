/**
 * All fault scenarios, in the order in which they run.
 * @module
 */
import { admission } from "./admission.ts";
import { crashes } from "./crash.ts";
import { leader } from "./leader.ts";
import { people } from "./other_actors.ts";
import { pressure } from "./pressure.ts";
import type { Scenario } from "./scenario.ts";
import { server } from "./server.ts";
import { soak } from "./soak.ts";
import { watches } from "./watches.ts";

/**
 * All fault scenarios, in the order in which they run. The flag `--only` selects scenarios by name.
 */
export const scenarios: readonly Scenario[] = [
  ...crashes,
  ...watches,
  ...server,
  ...leader,
  ...people,
  ...admission,
  ...pressure,
  ...soak,
];
