/** All sections of `docs/messages.md`. */
import { COMMAND_LINE } from "./command_line.ts";
import { EVENTS } from "./events.ts";
import { FAILURES } from "./failures.ts";
import { HTTP } from "./http.ts";
import { INSPECTION } from "./inspection.ts";
import { INSTANCE_CONDITIONS } from "./instance_conditions.ts";
import { LOG_LINES } from "./log_lines.ts";
import { PLANS } from "./plans.ts";
import { PROBLEMS } from "./problems.ts";
import { RECORDS } from "./records.ts";
import { REQUESTS } from "./requests.ts";
import { RGD_CONDITIONS } from "./rgd_conditions.ts";
import { TEST_FILES } from "./test_files.ts";
import type { Section } from "./types.ts";

export type { Entry, Section } from "./types.ts";

/** The sections, in the order in which the page contains them. */
export const SECTIONS: readonly Section[] = [
  RGD_CONDITIONS,
  INSTANCE_CONDITIONS,
  PROBLEMS,
  FAILURES,
  COMMAND_LINE,
  INSPECTION,
  PLANS,
  TEST_FILES,
  RECORDS,
  LOG_LINES,
  HTTP,
  REQUESTS,
  EVENTS,
];
