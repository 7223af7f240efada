/** The examples of all commands, for the help and for `docs/cli.md`. */
import type { Command } from "commander";

/** One example: what the command does, and the command line. */
export type Example = readonly [purpose: string, line: string];

/** What the help of a command shows besides its flags. */
export interface CommandHelp {
  /** The examples of the command. */
  examples: readonly Example[];
  /** The meaning of the exit codes; {@link EXIT_CODES} when absent. */
  exit?: readonly string[];
}

/** The exit codes of most commands. */
export const EXIT_CODES: readonly string[] = [
  "0: success",
  "1: an object does not exist, an RGD was rejected, or an instance failed or was not ready in time",
  "2: wrong usage, unreadable input, or a failed connection",
];

const ONLY_USAGE: readonly string[] = [
  "0: success",
  "1: an RGD has problems",
  "2: wrong usage, unreadable input, or a failed connection",
];

const READING: readonly string[] = [
  "0: success",
  "1: the object does not exist, or reading it failed",
  "2: wrong usage, or a failed connection",
];

const INTERRUPTED = "130 or 143: interrupted by SIGINT or SIGTERM";

/** The help of each command, by the words that name the command. */
export const COMMAND_HELP: Readonly<Record<string, CommandHelp>> = {
  controller: {
    examples: [
      ["Run the operator against the current context of the kubeconfig", "kro controller"],
      ["Run one of several replicas", "kro controller --leader-elect"],
    ],
    exit: ["0: stopped by SIGINT or SIGTERM", "1: failed", "2: wrong usage"],
  },
  apply: {
    examples: [
      ["Apply an RGD and its instance, and wait until both are ready", "kro apply -f shop/"],
      ["Refuse to apply if an object would be deleted", "kro apply -f shop/ --max-deletes 0"],
      ["Apply a reviewed plan", "kro apply --plan shop.plan"],
    ],
    exit: [...EXIT_CODES, INTERRUPTED],
  },
  reconcile: {
    examples: [
      ["Reconcile all RGDs and instances of the cluster once", "kro reconcile -A"],
      ["Reconcile one instance", "kro reconcile shops/corner -n default"],
    ],
    exit: [...EXIT_CODES, INTERRUPTED],
  },
  delete: {
    examples: [
      ["Delete an instance and its objects", "kro delete shops/corner -n default"],
      ["Delete the instances and RGDs of a folder", "kro delete -f shop/"],
    ],
    exit: [...EXIT_CODES, INTERRUPTED],
  },
  plan: {
    examples: [
      ["Show what applying a folder would change", "kro plan -f shop/"],
      ["Save the plan for kro apply --plan", "kro plan -f shop/ --out shop.plan"],
      ["Write a comment for a pull request", "kro plan -f shop/ -o github"],
    ],
    exit: [
      "0: nothing would change",
      "1: objects would change",
      "2: a change would be refused, a limit is exceeded, or an error occurred",
      INTERRUPTED,
    ],
  },
  render: {
    examples: [
      ["Print the objects of an instance", "kro render -f rgd.yaml -i instance.yaml"],
      [
        "Give the values that the status of an object has in the cluster",
        "kro render -f rgd.yaml -i instance.yaml --observed deployment.yaml",
      ],
    ],
    exit: [
      "0: all objects were rendered",
      "1: an RGD has problems, or a node was not rendered",
      "2: wrong usage or unreadable input",
    ],
  },
  validate: {
    examples: [
      ["Check RGDs without a cluster", "kro validate -f rgd.yaml --offline"],
      ["Check RGDs against the kinds of the cluster", "kro validate -f rgds/"],
      ["Print the problems as annotations of a GitHub workflow", "kro validate -f rgds/ -o github"],
    ],
    exit: ONLY_USAGE,
  },
  "generate rbac": {
    examples: [["Print the role that kro needs for an RGD", "kro generate rbac -f rgd.yaml"]],
    exit: ONLY_USAGE,
  },
  "generate crd": {
    examples: [["Print the CRD that kro generates", "kro generate crd -f rgd.yaml"]],
    exit: ONLY_USAGE,
  },
  "generate jsonschema": {
    examples: [
      ["Write the schema of instances for editors", "kro generate jsonschema -f rgd.yaml"],
    ],
    exit: ONLY_USAGE,
  },
  "generate instance": {
    examples: [["Print a commented sample", "kro generate instance -f rgd.yaml"]],
    exit: ONLY_USAGE,
  },
  "generate docs": {
    examples: [["Print a reference of an RGD in the cluster", "kro generate docs shop"]],
    exit: ONLY_USAGE,
  },
  graph: {
    examples: [
      ["Draw the graph of a file", "kro graph -f rgd.yaml"],
      ["Draw the graph of an RGD in the cluster as SVG", "kro graph shop -o svg"],
    ],
    exit: ONLY_USAGE,
  },
  check: {
    examples: [["Check a controller from inside of the cluster", "kro check http://kro.kro:8079"]],
    exit: [
      "0: the controller is ready",
      "1: the controller is not ready",
      "2: wrong usage, or a failed connection",
    ],
  },
  test: {
    examples: [
      ["Run all files *.test.yaml below the working directory", "kro test"],
      ["Require that the tests reach 90 percent of each RGD", "kro test --min-coverage 90 shop/"],
    ],
    exit: [
      "0: all tests passed",
      "1: a test failed, or the coverage is too low",
      "2: a test file is invalid",
    ],
  },
  get: {
    examples: [
      ["List all graphs", "kro get"],
      ["List the instances of all graphs", "kro get instances -A"],
      ["List the failed instances of one kind", "kro get shops --state ERROR"],
      ["Show the objects of an instance as a tree", "kro get shops/corner"],
    ],
    exit: READING,
  },
  describe: {
    examples: [
      ["Show the conditions, waits and Events of an instance", "kro describe shops/corner"],
      ["Show the nodes and instances of a graph", "kro describe graph/shop"],
    ],
    exit: READING,
  },
  why: {
    examples: [
      ["Explain why an instance is not ready", "kro why shops/corner"],
      ["Explain why a node has or has not created its objects", "kro why shops/corner ingress"],
      [
        "Explain where the value of a field comes from, and who owns the field",
        "kro why shops/corner deployment.spec.replicas",
      ],
      [
        "Ask a controller instead of the API server",
        "kro why shops/corner -n default --server http://127.0.0.1:8079",
      ],
    ],
    exit: READING,
  },
  dashboard: {
    examples: [
      ["Open the page of the current context in the browser", "kro dashboard"],
      ["Print the URL of a free port", "kro dashboard --port 0 --no-open"],
    ],
    exit: [
      "0: stopped by SIGINT or SIGTERM",
      "1: the JavaScript heap is full, or a request was refused",
      "2: wrong usage, a port in use, or a failed connection",
    ],
  },
  record: {
    examples: [
      [
        "Record a pass over an instance for a bug report",
        "kro record shops/corner -n default --out corner.json",
      ],
    ],
    exit: [
      "0: success",
      "1: the instance does not exist, or a request was refused",
      "2: wrong usage, or a failed connection",
    ],
  },
  replay: {
    examples: [
      ["Show what the recorded pass does", "kro replay corner.json"],
      ["Print the nodes and conditions as JSON", "kro replay corner.json -o json"],
    ],
    exit: [
      "0: the results are as recorded",
      "1: a node has another result than in the record",
      "2: the file is not a usable record",
    ],
  },
  completion: {
    examples: [
      ["Complete commands in the current bash", "source <(kro completion bash)"],
      ["Complete commands in the current zsh", "source <(kro completion zsh)"],
      ["Complete commands in the current fish", "kro completion fish | source"],
      [
        "Complete kubectl kro; make the file executable",
        "kro completion kubectl > ~/bin/kubectl_complete-kro",
      ],
    ],
    exit: ["0: success", "2: wrong usage"],
  },
  version: {
    examples: [["Print the version", "kro version"]],
    exit: ["0: success", "2: wrong usage"],
  },
};

/** Returns the words that name a command, without the name of the program. */
export function pathOf(command: Command): string {
  const parent = command.parent;
  return parent ? `${pathOf(parent)} ${command.name()}`.trim() : "";
}

/** Returns all commands without subcommands, in the order of the help. */
export function leavesOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

/** The commands whose first examples the help of a group of commands shows, by the words that name the group. */
const OVERVIEWS: Readonly<Record<string, readonly string[]>> = {
  "": ["validate", "apply", "get", "why", "test"],
  generate: [
    ...["generate rbac", "generate crd", "generate jsonschema"],
    ...["generate instance", "generate docs"],
  ],
};

/** Returns the examples in the help of a command or of a group of commands. */
export function examplesOf(command: Command): readonly Example[] {
  const path = pathOf(command);
  const commands = command.commands.length === 0 ? undefined : OVERVIEWS[path] ?? [];
  if (!commands) return COMMAND_HELP[path]?.examples ?? [];
  return commands.flatMap((each) => COMMAND_HELP[each]?.examples.slice(0, 1) ?? []);
}

/** Adds the examples to the help of all commands. */
export function addExamples(program: Command): void {
  const name = program.name();
  const groups = program.commands.filter(({ commands }) => commands.length > 0);
  for (const command of [program, ...groups, ...leavesOf(program)]) {
    const examples = examplesOf(command);
    if (examples.length === 0) continue;
    const lines = examples.flatMap(([purpose, line]) => [
      `  # ${purpose}`,
      `  ${line.replaceAll(/(^|\()kro(?= )/g, `$1${name}`)}`,
    ]);
    command.addHelpText("after", ["", "Examples:", ...lines].join("\n"));
  }
}
