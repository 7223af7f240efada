/**
 * Tests that the help text shows the default values that the code defines. Durations must have the form that
 * the command's flags accept.
 */
import assert from "node:assert/strict";
import type { Command } from "commander";
import { parseDuration } from "../../../src/cli/mod.ts";
import { createProgram } from "../../../src/cli/program.ts";
import { CONTROLLER_DEFAULTS, RESYNC_MS, RETRY_DELAYS } from "../../../src/controller/mod.ts";
import { COST_LIMITS, MAX_COLLECTION_SIZE, MAX_DIMENSIONS } from "../../../src/graph/mod.ts";
import { LEASE_DEFAULTS } from "../../../src/kube/mod.ts";
import { MAX_REVISIONS } from "../../../src/publish/mod.ts";

const program = createProgram({ out: () => {}, err: () => {}, color: false }, () => {});

function command(name: string): Command {
  return program.commands.find((c) => c.name() === name)!;
}

/** Returns the help of a command on one line. */
function help(name: string): string {
  let text = "";
  command(name).configureOutput({ writeOut: (part) => text += part }).outputHelp();
  return text.replace(/\s+/g, " ");
}

Deno.test("default durations are shown in the form that flags accept", () => {
  let seen = 0;
  for (const { options } of program.commands) {
    for (const { flags, defaultValue, defaultValueDescription: shown } of options) {
      if (!flags.includes("<duration>") || defaultValue === undefined) continue;
      seen++;
      assert.match(shown ?? "", /^(\d+(ms|s|m|h))+$/, flags);
      assert.equal(parseDuration(shown!), defaultValue, flags);
    }
  }
  assert.ok(seen >= 12, `${seen} durations`);
  for (const name of ["apply", "reconcile", "delete"]) {
    assert.match(help(name), /--timeout <duration> [^(]*\(default: 5m\)/);
  }
});

Deno.test("the flags of kro controller have the code's default values", () => {
  const expected: Record<string, unknown> = {
    dynamicControllerConcurrentReconciles: CONTROLLER_DEFAULTS.instanceWorkers,
    resourceGraphDefinitionConcurrentReconciles: CONTROLLER_DEFAULTS.graphWorkers,
    instanceRequeueInterval: CONTROLLER_DEFAULTS.instanceRequeueMs,
    rgdProgressRequeueDelay: CONTROLLER_DEFAULTS.graphProgressMs,
    passDeadline: CONTROLLER_DEFAULTS.passDeadlineMs,
    dynamicControllerRateLimiterMinDelay: RETRY_DELAYS.minDelayMs,
    dynamicControllerRateLimiterMaxDelay: RETRY_DELAYS.maxDelayMs,
    leaderElectionLeaseDuration: LEASE_DEFAULTS.durationSeconds * 1000,
    leaderElectionRenewDeadline: LEASE_DEFAULTS.renewDeadlineSeconds * 1000,
    leaderElectionRetryPeriod: LEASE_DEFAULTS.retrySeconds * 1000,
    rgdMaxCollectionSize: MAX_COLLECTION_SIZE,
    rgdMaxCollectionDimensionSize: MAX_DIMENSIONS,
    rgdMaxGraphRevisions: MAX_REVISIONS,
    dynamicControllerDefaultResyncPeriod: RESYNC_MS / 1000,
    celExpressionBudget: COST_LIMITS.expression,
    celPassBudget: COST_LIMITS.pass,
  };
  const actual = command("controller").opts();
  for (const [name, value] of Object.entries(expected)) assert.equal(actual[name], value, name);
});

Deno.test("the help text states the code's deviations from upstream's defaults", () => {
  const { instanceWorkers, graphWorkers } = CONTROLLER_DEFAULTS;
  const text = `${instanceWorkers} instances and ${graphWorkers} RGDs at a time instead of 1`;
  assert.ok(help("controller").includes(text), help("controller").slice(-300));
});
