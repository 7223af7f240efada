/** `kro why`: explains why an instance is not ready, and why a node or a field is as it is. */
import { type Command, Option } from "commander";
import { jsonText, RGD_KIND } from "../api/mod.ts";
import { type Explanation, explanationText, UnknownSubject, whyGraph } from "../explain/mod.ts";
import { addClusterFlags } from "./cluster_flags.ts";
import { addCostFlags } from "./cost_flags.ts";
import { Endpoint } from "./endpoint.ts";
import { Exit, UsageError } from "./errors.ts";
import { featureGatesOption } from "./feature_gates.ts";
import { ageText } from "./inspect/age.ts";
import { ClusterGraphs, explain, Observer } from "./inspect/observer.ts";
import { whyOfServer } from "./inspect/remote.ts";
import { checkInstance, existing, kindOf, parseSubject, refTo } from "./inspect/target.ts";
import { isColored, type Output } from "./output.ts";
import { type ConnectionFlags, openSession } from "./session.ts";
import { toYaml } from "./yaml.ts";

/** The formats in which `kro why` prints an explanation. */
const FORMATS = ["text", "json", "yaml"] as const;

/** The names of the options that limit the cost of expressions. */
const COSTS = ["celExpressionBudget", "celPassBudget"];

/** The flags of `kro why`. */
export interface WhyFlags extends ConnectionFlags {
  /** The output format that `-o` selects. */
  output: typeof FORMATS[number];
  /** The URL of the controller that explains the instance; the cluster is read when absent. */
  server?: string;
  /** The path of a file with a token for the controller, set by `--token-file`. */
  tokenFile?: string;
}

/** Adds the command `kro why` to the program. */
export function addWhyCommand(
  program: Command,
  output: Output,
  done: (code: number) => void,
): void {
  const command = program.command("why")
    .description("explain why an instance is not ready, an object exists, or a field has its value")
    .argument("<target>", "KIND/NAME or KIND NAME of an instance or a ResourceGraphDefinition")
    .argument(
      "[subject...]",
      "NODE or NODE.field.path of the graph, or status.path of the instance",
    )
    .addOption(
      new Option("-o, --output <format>", "output format").choices([...FORMATS]).default("text"),
    )
    .addOption(
      new Option(
        "--server <url>",
        "URL of a controller that explains the instance, instead of the API server",
      ).conflicts(["kubeconfig", "context", "featureGates", ...COSTS]),
    )
    .option("--token-file <file>", "file with a token that may get the URL /graphs of --server")
    .option("-n, --namespace <name>", "namespace of the instance");
  addClusterFlags(command).addOption(featureGatesOption());
  addCostFlags(command).action(async (target, subject, flags) =>
    done(await whyCommand([target, ...subject], flags, output))
  );
}

/**
 * Runs `kro why` with the words `KIND/NAME [SUBJECT]` or `KIND NAME [SUBJECT]` and returns the exit code. Sends
 * only requests that read.
 */
export async function whyCommand(
  words: readonly string[],
  flags: WhyFlags,
  output: Output,
): Promise<number> {
  const { kind: kindName, name, subject } = parseSubject(words);
  if (flags.server !== undefined) {
    const endpoint = await Endpoint.open(flags.server, { tokenFile: flags.tokenFile });
    const asked = { kind: kindName, name, subject, namespace: flags.namespace };
    output.out(formatted(await whyOfServer(endpoint, asked), flags, output));
    return Exit.ok;
  }
  if (flags.tokenFile !== undefined) throw new UsageError("--token-file needs --server");
  using session = await openSession(flags, output);
  const kind = await kindOf(session, kindName);
  const ref = refTo(kind, name, session);
  const object = await existing(session, ref);
  if (kind.kind === RGD_KIND.kind && kind.group === RGD_KIND.group) {
    if (subject !== undefined) {
      throw new UsageError("a subject needs an instance: kro why KIND/NAME");
    }
    output.out(formatted(whyGraph(object), flags, output));
    return Exit.ok;
  }
  const graphs = new ClusterGraphs(session);
  await checkInstance(graphs, ref, object);
  const observer = new Observer(session, graphs);
  const observed = await observer.observe(ref, object);
  await observer.addEvents(observed);
  try {
    output.out(formatted(explain(observed, subject), flags, output));
  } catch (error) {
    if (error instanceof UnknownSubject) throw new UsageError(error.message);
    throw error;
  }
  return Exit.ok;
}

/** The ANSI color code of the statements about a state. */
const COLORS: Record<string, number> = {
  Ready: 32,
  ACTIVE: 32,
  Failed: 31,
  ERROR: 31,
  Waiting: 33,
  Pending: 33,
  IN_PROGRESS: 33,
  Deleting: 33,
  DELETING: 33,
};

function formatted(found: Explanation, flags: WhyFlags, output: Output): string {
  if (flags.output === "json") return `${jsonText(found, 2)}\n`;
  if (flags.output === "yaml") return toYaml(found);
  const now = Date.now();
  const paint = (text: string, { state, topic }: Explanation) => {
    const code = topic === "node" || topic === "instance" ? COLORS[state ?? ""] : undefined;
    return code ? `\x1b[${code}m${text}\x1b[0m` : text;
  };
  return explanationText(found, {
    age: (time) => `${ageText(time, now)} ago`,
    ...(isColored(output) && { paint }),
  });
}
