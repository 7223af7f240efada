/** The error messages about the flags of kro's commands. */
import type { Entry } from "./types.ts";

/** The errors of flags: their values, and flags that contradict each other. */
export const FLAGS: Entry[] = [
  {
    code: "exit 2",
    texts: ['"<value>" is neither true nor false'],
    cause: "The value of a boolean flag is not a boolean.",
    remedy: "Write `--flag`, `--flag=true` or `--flag=false`.",
  },
  {
    code: "exit 2",
    texts: [
      '"<value>" is not a whole number',
      "it must be at least 1",
      "it must be at most 65535",
      '"<value>" is not a number',
    ],
    cause: "The value of a numeric flag is not a number in its range.",
    remedy: "Write digits without a unit.",
  },
  {
    code: "exit 2",
    texts: ['"<value>" is not a duration: write it as 30s, 5m or 1h30m'],
    cause: "The value of a duration flag has no unit or another format.",
    remedy: "Write a duration in Go's format, such as `500ms`, `90s` or `1h30m`.",
  },
  {
    code: "exit 2",
    texts: [
      '"<value>" is not a level: 0, 1 or 2',
      '--zap-log-level: "<value>" is not debug, info, error, panic or a number',
    ],
    cause: "The log level is not valid.",
    remedy: "Use `-v 1` for each pass, `-v 2` for each node and request.",
  },
  {
    code: "exit 2",
    texts: ['unknown feature gate "<name>"; <hint>', "… known are <names>"],
    cause: "`--feature-gates` names a gate that kro does not have.",
    remedy: "Use one of the names that the message lists.",
  },
  {
    code: "exit 2",
    texts: ["feature gate <name> lacks a value: write <name>=true"],
    cause: "A feature gate in `--feature-gates` has no value.",
    remedy: "Write `--feature-gates=NAME=true`.",
  },
  {
    code: "exit 2",
    texts: [
      "--leader-election-lease-duration must be at least 1s and longer than -renew-deadline, and that longer than -retry-period: they are <lease>s, <deadline>s and <retry>s",
    ],
    cause:
      "The three durations of the leader election are in the wrong order, or the lease duration is under 1 s.",
    remedy:
      "Use for example the defaults: lease duration 15s, renew deadline 10s, retry period 2s.",
  },
  {
    code: "exit 2",
    texts: ["--leader-elect outside a cluster needs --leader-election-namespace"],
    cause: "Outside a cluster, kro has no default for the namespace of the Lease.",
    remedy: "Add `--leader-election-namespace NAME`.",
  },
  {
    code: "exit 2",
    texts: ["-A and -n exclude each other", "--offline excludes --kubeconfig and --context"],
    cause: "Two flags contradict each other.",
    remedy: "Remove one of the two flags.",
  },
];
