/** The cases of each side, in the order in which they run: the controller is the same as far as they allow. */
import type { Case } from "../kit/bed.ts";
import { ceiling } from "./ceiling.ts";
import { chain } from "./chain.ts";
import { create } from "./create.ts";
import { remove } from "./delete.ts";
import { drift } from "./drift.ts";
import { memory } from "./memory.ts";
import { neighbour } from "./neighbour.ts";
import { quiet } from "./quiet.ts";
import { restart } from "./restart.ts";
import { rgds } from "./rgd.ts";
import { start } from "./start.ts";
import { update } from "./update.ts";

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
  rgds,
  memory,
];
