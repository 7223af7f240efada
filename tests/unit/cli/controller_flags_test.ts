/**
 * Tests of the flags of `kro controller`: it accepts upstream's command lines, and reports invalid
 * flags.
 */
import assert from "node:assert/strict";
import { Command } from "commander";
import {
  addControllerFlags,
  checkFlags,
  type ControllerFlags,
  ignoredFlags,
} from "../../../src/cli/controller_flags.ts";
import { goStyle } from "../../../src/cli/go_flags.ts";
import { logSettings } from "../../../src/cli/log.ts";
import { main } from "../../../src/cli/mod.ts";

function parse(...args: string[]): ControllerFlags {
  const command = addControllerFlags(new Command("controller")).exitOverride();
  command.parse(goStyle(args, command), { from: "user" });
  return command.opts();
}

Deno.test("flags have upstream's names and defaults, except those that the help text lists", () => {
  assert.deepEqual({ ...parse() }, {
    healthProbeBindAddress: ":8079",
    metricsBindAddress: ":8078",
    leaderElectionLeaseDuration: 15_000,
    leaderElectionRenewDeadline: 10_000,
    leaderElectionRetryPeriod: 2000,
    gracefulShutdownTimeout: 60_000,
    passDeadline: 600_000,
    rgdProgressRequeueDelay: 3000,
    resourceGraphDefinitionConcurrentReconciles: 4,
    rgdMaxCollectionSize: 1000,
    rgdMaxCollectionDimensionSize: 10,
    rgdMaxGraphRevisions: 5,
    dynamicControllerConcurrentReconciles: 16,
    celExpressionBudget: 10_000_000,
    celPassBudget: 100_000_000,
    instanceRequeueInterval: 3000,
    dynamicControllerRateLimiterMinDelay: 200,
    dynamicControllerRateLimiterMaxDelay: 1_000_000,
    dynamicControllerRateLimiterRateLimit: 10,
    dynamicControllerRateLimiterBurstLimit: 100,
    dynamicControllerDefaultQueueMaxRetries: 20,
    dynamicControllerDefaultResyncPeriod: 36_000,
  });
});

// The arguments of the Deployment in upstream's Helm chart.
const CHART = `--metrics-bind-address :8078 --health-probe-bind-address :8079
  --resource-graph-definition-concurrent-reconciles 1 --graph-revision-concurrent-reconciles 1
  --dynamic-controller-concurrent-reconciles 1 --zap-log-level info --zap-encoder console
  --zap-devel=false --graceful-shutdown-timeout 60s --instance-requeue-interval 3s
  --dynamic-controller-default-queue-max-retries 20 --dynamic-controller-default-resync-period 36000
  --dynamic-controller-rate-limiter-min-delay 200ms --dynamic-controller-rate-limiter-max-delay 1000s
  --client-qps 100 --client-burst 150 --dynamic-controller-rate-limiter-rate-limit 10
  --dynamic-controller-rate-limiter-burst-limit 100 --rgd-max-collection-size 1000
  --rgd-max-collection-dimension-size 10 --rgd-max-graph-revisions 5 --rgd-progress-requeue-delay 3s
  --leader-election-lease-duration 15s --leader-election-renew-deadline 10s
  --leader-election-retry-period 2s --leader-elect --enable-controller-warmup
  --feature-gates CELOmitFunction=true,InstanceConditionEvents=false --pprof-bind-address :6060`;

Deno.test("the command line of upstream's chart is accepted, and its ineffective flags are listed", () => {
  const flags = parse(...CHART.split(/\s+/));
  assert.equal(flags.leaderElect, true);
  assert.equal(flags.enableControllerWarmup, true);
  assert.equal(flags.clientQps, 100);
  assert.equal(flags.dynamicControllerRateLimiterMaxDelay, 1_000_000);
  assert.equal(flags.featureGates?.CELOmitFunction, true);
  assert.deepEqual(ignoredFlags(flags), [
    "--graph-revision-concurrent-reconciles",
    "--pprof-bind-address",
  ]);
  assert.deepEqual(logSettings(flags), { lowestLevel: "info", json: false });
  checkFlags(flags, "kro-system");
});

Deno.test("flags have Go's syntax: one dash or two, =value or a separate value, and no value for booleans", () => {
  const same: [string[], Partial<ControllerFlags>][] = [
    [["-leader-elect"], { leaderElect: true }],
    [["--leader-elect"], { leaderElect: true }],
    [["-leader-elect=T"], { leaderElect: true }],
    [["--leader-elect=0"], { leaderElect: false }],
    [["--leader-elect", "-client-qps", "2.5"], { leaderElect: true, clientQps: 2.5 }],
    [["-rgd-max-graph-revisions", "-1"], { rgdMaxGraphRevisions: -1 }],
    [["--kubeconfig=a=b"], { kubeconfig: "a=b" }],
    [["-metrics-bind-address=0"], { metricsBindAddress: "0" }],
    [["--client-qps=1", "--client-qps=2"], { clientQps: 2 }],
    [["-graceful-shutdown-timeout=1m30s"], { gracefulShutdownTimeout: 90_000 }],
    [["-v"], { verbose: 1 }],
    [["-vv"], { verbose: 2 }],
    [["-v=2"], { verbose: 2 }],
    [["-v", "2"], { verbose: 2 }],
    [["--v=0"], { verbose: 0 }],
    [["-v", "-leader-elect"], { verbose: 1, leaderElect: true }],
    [["-enable-controller-warmup"], { enableControllerWarmup: true }],
  ];
  for (const [args, expected] of same) {
    const flags = parse(...args) as unknown as Record<string, unknown>;
    for (const [name, value] of Object.entries(expected)) {
      assert.equal(flags[name], value, args.join(" "));
    }
  }
});

Deno.test("an invalid flag prints one line and exits with 2", async () => {
  const cases: [string, RegExp][] = [
    ["-leader-elct", /unknown option '--leader-elct' \(Did you mean --leader-elect\?\)/],
    ["-x", /unknown option '-x'/],
    ["--leader-elect=maybe", /"maybe" is neither true nor false/],
    ["--leader-elect false", /too many arguments/],
    ["--client-qps", /--client-qps <n>' argument missing/],
    ["--graceful-shutdown-timeout=60", /"60" is not a duration/],
    ["--dynamic-controller-concurrent-reconciles=0", /at least 1/],
    ["--cel-pass-budget=0", /at least 1/],
    ["--feature-gates=Nope=true", /unknown feature gate "Nope"/],
    ["--zap-encoder=xml", /Allowed choices are json, console/],
    ["--zap-log-level=loud", /"loud" is not debug/],
    ["-v=high", /"high" is not a level/],
  ];
  for (const [line, message] of cases) {
    const lines: string[] = [];
    const out = () => assert.fail("expected no output on stdout");
    const err = (text: string) => void lines.push(text);
    const args = ["controller", ...line.split(" ")];
    assert.equal(await main(args, { out, err, color: false }), 2, line);
    assert.equal(lines.join("\n").split("\n").length, 1, lines.join("\n"));
    assert.match(lines[0]!, message);
  }
});

Deno.test("unsafe lease timings and a leader election without a namespace are refused", () => {
  const timings = /-lease-duration must be .* longer than -renew-deadline/;
  assert.throws(() => checkFlags(parse("-leader-election-lease-duration=10s"), "n"), timings);
  assert.throws(() => checkFlags(parse("-leader-election-renew-deadline=1s"), "n"), timings);
  assert.throws(
    () => checkFlags(parse("-leader-elect"), undefined),
    /needs --leader-election-names/,
  );
  checkFlags(parse("-leader-elect", "-leader-election-namespace=kro"), undefined);
});

Deno.test("kro's own log flags take precedence over upstream's", () => {
  const cases: [string[], string, boolean][] = [
    [[], "info", false],
    [["-v"], "debug", false],
    [["-vvv"], "trace", false],
    [["--zap-devel"], "debug", false],
    [["--zap-devel=false"], "info", true],
    [["--zap-devel=false", "--zap-encoder=console"], "info", false],
    [["--zap-log-level=error", "--zap-devel"], "error", false],
    [["--zap-log-level=3"], "trace", false],
    [["--zap-log-level=error", "-v=1"], "debug", false],
    [["--zap-encoder=json", "--log-format=text"], "info", false],
  ];
  for (const [args, lowestLevel, json] of cases) {
    assert.deepEqual(logSettings(parse(...args)), { lowestLevel, json }, args.join(" "));
  }
});
