/**
 * The command `deno task nightly`: runs the checks that are too long for CI. The parts of the nightly run
 * follow one after the other. If a part fails, the other parts still run, the summary names the failed part,
 * and the exit code is 1.
 */
import { parseArgs } from "node:util";
import { guarded } from "../controlplane/guard.ts";
import { duration } from "../controlplane/progress.ts";

/** One part of the nightly run, which is a Deno task with arguments. */
export interface Part {
  /** The part's name, for `--only` and the summary. */
  name: string;
  /** A sentence that says what the part checks. */
  about: string;
  /** The arguments of `deno task`. */
  args: readonly string[];
  /** The name of a program that the part needs. Without this program, the part is skipped. */
  needs?: string;
  /** The time after which the part is killed, in hours. */
  hours: number;
}

/** The oldest and the newest minor version of Kubernetes on which the nightly run tests kro. */
const OLDEST_KUBERNETES = "1.33";
const NEWEST_KUBERNETES = "1.37";

/** The result of one part of the nightly run. */
export interface Result {
  name: string;
  /** The outcome. Skipped parts do not make the nightly run fail. */
  outcome: "passed" | "failed" | "skipped";
  /** The reason why the part failed or was skipped; empty if it passed. */
  reason: string;
  /** The duration of the part, in milliseconds. */
  ms: number;
}

/**
 * Returns the parts of a nightly run, in the order in which they run. `seed` determines all random choices of
 * the parts.
 */
export function partsOf(seed: number): Part[] {
  return [
    {
      name: "oracle",
      about: "10,000 random cases per area give the same result in upstream's code and in kro",
      args: ["-q", "oracle", "--random", "10000", "--seed", String(seed)],
      needs: "go",
      hours: 6,
    },
    {
      name: "faults",
      about: "kro recovers from every fault, and from an hour of random ones",
      args: ["-q", "faults", "--seed", String(seed), "--soak", "3600"],
      hours: 8,
    },
    {
      name: "image",
      about:
        "kro runs in a root file system like that of the image, and SIGTERM ends it with code 0",
      args: ["-q", "test", "tests/image"],
      needs: "buildah",
      hours: 1,
    },
    {
      name: "upgrade",
      about: "an upgrade from an earlier commit and the way back write to no object of an instance",
      args: ["-q", "test", "tests/upgrade"],
      hours: 1,
    },
    {
      name: "oldest",
      about: `the cluster tests pass on Kubernetes ${OLDEST_KUBERNETES}`,
      args: ["-q", "test", "--kubernetes", OLDEST_KUBERNETES, "tests/cluster"],
      needs: "go",
      hours: 3,
    },
    {
      name: "newest",
      about: `the cluster tests pass on Kubernetes ${NEWEST_KUBERNETES}`,
      args: ["-q", "test", "--kubernetes", NEWEST_KUBERNETES, "tests/cluster"],
      needs: "go",
      hours: 3,
    },
    {
      name: "plans",
      about: "a plan equals what the controller does, for 40 pairs of graphs",
      args: ["-q", "plans"],
      hours: 1,
    },
    {
      name: "observe",
      about: "upstream's objects of all graphs of the corpus are as kro would write them",
      args: ["-q", "observe"],
      needs: "go",
      hours: 2,
    },
    {
      name: "schemathesis",
      about: "random requests get responses that match the OpenAPI document of the HTTP endpoint",
      args: ["-q", "schemathesis", "--max-examples", "500", "--seed", String(seed)],
      needs: "schemathesis",
      hours: 1,
    },
    {
      name: "worst",
      about: "the cost budget stops the most expensive call of each CEL function in time",
      args: ["-q", "bench", "--only", "worst"],
      hours: 1,
    },
    {
      name: "blocks",
      about: "no call with a hostile object blocks the event loop for too long",
      args: ["-q", "bench", "--only", "blocks"],
      hours: 1,
    },
    {
      // The benchmark is the last part, because it needs a machine that is otherwise idle.
      name: "bench",
      about: "calls and CPU of all cases equal the recorded values",
      args: ["-q", "bench", "--check"],
      hours: 4,
    },
  ];
}

/**
 * A function that runs a part. Returns the exit code, or undefined if the part exceeded its time
 * limit.
 */
export type Run = (part: Part) => Promise<number | undefined>;

/**
 * Runs all parts one after the other. A failed part does not stop the run.
 *
 * @param has Returns whether a program is installed on the machine.
 * @param now Returns the current time in milliseconds.
 */
export async function runParts(
  parts: readonly Part[],
  run: Run,
  has: (program: string) => Promise<boolean>,
  now: () => number = () => performance.now(),
): Promise<Result[]> {
  const results: Result[] = [];
  for (const part of parts) {
    const { name, needs, hours } = part;
    if (needs && !await has(needs)) {
      results.push({ name, outcome: "skipped", reason: `needs ${needs}`, ms: 0 });
      continue;
    }
    const began = now();
    let reason = "";
    try {
      const code = await run(part);
      if (code === undefined) reason = `ended after ${hours} h`;
      else if (code !== 0) reason = `exit code ${code}`;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    const outcome = reason === "" ? "passed" : "failed";
    results.push({ name, outcome, reason, ms: now() - began });
  }
  return results;
}

/** Returns the last lines of the nightly run's output, and its exit code. */
export function summaryOf(
  results: readonly Result[],
  seed: number,
): { text: string; code: number } {
  const lines = results.map(({ name, outcome, reason, ms }) =>
    [name, outcome, outcome === "skipped" ? "" : duration(ms), reason].filter((s) => s !== "")
      .join("  ")
  );
  const failed = results.filter(({ outcome }) => outcome === "failed");
  const again = failed.map(({ name }) => `deno task nightly --seed ${seed} --only ${name}`);
  const count = results.filter(({ outcome }) => outcome === "passed").length;
  return {
    text: [...lines, ...again, `seed ${seed}: ${count} passed, ${failed.length} failed`].join("\n"),
    code: failed.length === 0 && results.length > 0 ? 0 : 1,
  };
}

/** Runs a Deno task, which writes to the output of this process. */
async function runTask({ args, hours }: Part): Promise<number | undefined> {
  const task = guarded(Deno.execPath(), ["task", ...args], { inherit: true });
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    void task.stop();
  }, hours * 3_600_000);
  try {
    const { code } = await task.status;
    return isLate ? undefined : code;
  } finally {
    clearTimeout(late);
  }
}

async function has(program: string): Promise<boolean> {
  const command = new Deno.Command(program, { args: ["version"], stdout: "null", stderr: "null" });
  return await command.output().then(({ success }) => success, () => false);
}

const usage = (parts: readonly Part[]) =>
  `Usage: deno task nightly [--seed S] [--only NAME]...

  --seed S     seed of everything random [drawn anew]
  --only NAME  run only this part; may be repeated

Parts:
${parts.map(({ name, about }) => `  ${name.padEnd(8)} ${about}`).join("\n")}`;

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: "string" },
      only: { type: "string", multiple: true },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const seed = values.seed === undefined
    ? Math.floor(Math.random() * 2 ** 31)
    : Number(values.seed);
  const parts = partsOf(seed);
  const unknown = values.only?.filter((name) => !parts.some((part) => part.name === name)) ?? [];
  if (values.help || unknown.length > 0 || !Number.isSafeInteger(seed)) {
    console.log(usage(parts));
    return values.help ? 0 : 2;
  }
  const chosen = parts.filter(({ name }) => values.only?.includes(name) ?? true);
  const announced: Run = (part) => {
    console.log(`== deno task ${part.args.join(" ")}`);
    return runTask(part);
  };
  const { text, code } = summaryOf(await runParts(chosen, announced, has), seed);
  console.log(text);
  return code;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
