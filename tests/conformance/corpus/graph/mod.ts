/** The test cases that compile complete RGDs. */
import type { Suite } from "../../protocol.ts";
import type { GraphCase } from "./build.ts";
import { collections } from "./collections.ts";
import { conditions } from "./conditions.ts";
import { fits } from "./fits.ts";
import { kinds } from "./kinds.ts";
import { literals } from "./literals.ts";
import { names } from "./names.ts";
import { realistic } from "./realistic.ts";
import { references } from "./references.ts";
import { schemas } from "./schemas.ts";
import { selectors } from "./selectors.ts";
import { shapes } from "./shapes.ts";
import { statuses } from "./statuses.ts";

const FAMILIES: Record<string, GraphCase[]> = {
  collections,
  conditions,
  fits,
  kinds,
  literals,
  names,
  realistic,
  references,
  schemas,
  selectors,
  shapes,
  statuses,
};

/** Returns the test cases that compile complete RGDs, in suites. */
export function graphSuites(): Suite[] {
  return Object.entries(FAMILIES).map(([suite, cases]) => ({
    area: "graph",
    name: suite,
    cases: cases.map(({ name, rgd, omit }) => ({
      name: `graph/${suite}: ${name}`,
      request: { op: "graph", rgd, ...(omit && { omit }) },
    })),
  }));
}
