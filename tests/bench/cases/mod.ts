/** All cases and scripts of the benchmark. */
import type { Case, Script } from "../kit/case.ts";
import { ceiling } from "./ceiling.ts";
import { chain } from "./chain.ts";
import { collection } from "./collection.ts";
import { create } from "./create.ts";
import { remove } from "./delete.ts";
import { drift } from "./drift.ts";
import { failover } from "./failover.ts";
import { heap, memory } from "./memory.ts";
import { neighbour } from "./neighbour.ts";
import { quiet } from "./quiet.ts";
import { restart } from "./restart.ts";
import { crds, rgds } from "./rgd.ts";
import { start } from "./start.ts";
import { update } from "./update.ts";

/** The cases in the order in which they run; those before `restart` share one process of the controller. */
export const cases: readonly Case[] = [
  start,
  create,
  ceiling,
  quiet,
  drift,
  update,
  restart,
  remove,
  neighbour,
  chain,
  collection,
  rgds,
  crds,
  failover,
  memory,
  heap,
];

/** The scripts; they run after the cases. */
export const scripts: readonly Script[] = [
  {
    name: "cel",
    about:
      "One evaluation of a CEL expression with the conversions from and to JSON, beside upstream's " +
      "own code without these conversions.",
    file: "cel.ts",
  },
  {
    name: "compile",
    about: "Compiling RGDs in memory, and the heap that a thousand compiled graphs hold.",
    file: "compile.ts",
    denoFlags: ["--v8-flags=--expose-gc,--max-old-space-size=4096"],
  },
  {
    name: "example",
    about: "What kro costs for deploy/examples/httpbin on a control plane with all controllers.",
    file: "example.ts",
    isOnRequest: true,
  },
  {
    name: "cost",
    about:
      "How long a loop over each CEL function runs until the default budget stops it; an argument " +
      "names one function. It has no figures, only a table.",
    file: "cost.ts",
    isOnRequest: true,
  },
];
