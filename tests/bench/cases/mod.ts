/** All cases and scripts of the benchmark. */
import type { Case, Script } from "../kit/case.ts";
import { ceiling } from "./ceiling.ts";
import { chain } from "./chain.ts";
import { churn } from "./churn.ts";
import { collection } from "./collection.ts";
import { create } from "./create.ts";
import { remove } from "./delete.ts";
import { drift } from "./drift.ts";
import { failover } from "./failover.ts";
import { heap, memory } from "./memory.ts";
import { neighbour } from "./neighbour.ts";
import { quiet } from "./quiet.ts";
import { readers } from "./readers.ts";
import { restart } from "./restart.ts";
import { crds, rgds } from "./rgd.ts";
import { start } from "./start.ts";
import { streams } from "./streams.ts";
import { update } from "./update.ts";

/**
 * The benchmark's cases, in the order in which they run. The cases from `create` to `update` use
 * the same controller process.
 */
export const cases: readonly Case[] = [
  start,
  create,
  ceiling,
  quiet,
  drift,
  readers,
  streams,
  update,
  restart,
  remove,
  neighbour,
  chain,
  collection,
  rgds,
  crds,
  failover,
  churn,
  memory,
  heap,
];

/** The benchmark's scripts: measurements that run after the cases, each in a process of its own. */
export const scripts: readonly Script[] = [
  {
    name: "cel",
    about:
      "One evaluation of a CEL expression. The time of kro includes the conversions from and to JSON; the " +
      "time of upstream's code does not.",
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
    name: "page",
    about:
      "The live page in Chromium: first paint, time from an event to the change on the screen, and the " +
      "layout of 200 nodes.",
    file: "page.ts",
    isOnRequest: true,
  },
  {
    name: "plan",
    about: "`kro plan` for a changed RGD with 1,000 instances of five objects each.",
    file: "plan.ts",
    isOnRequest: true,
  },
  {
    name: "cost",
    about:
      "How long a loop over each CEL function runs until the default budget stops it, as a table on " +
      "stderr. The argument selects one function.",
    file: "cost.ts",
    isOnRequest: true,
  },
  {
    name: "worst",
    about:
      "The time of the most expensive call of each CEL function, as a table on stderr. Fails when one takes " +
      "longer than its cost allows.",
    file: "worst.ts",
    isOnRequest: true,
  },
  {
    name: "blocks",
    about:
      "The time for which one call with a hostile object of 1.5 MB blocks the event loop, as a table on " +
      "stderr. Fails when one takes longer than 100 ms.",
    file: "blocks.ts",
    isOnRequest: true,
  },
];
