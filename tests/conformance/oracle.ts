// The command `deno task oracle`: evaluates the same test cases with upstream's code and with kro's code, and
// prints every difference between the results that deviations.md does not list.
import { parseArgs } from "node:util";
import { startControlPlane } from "../support/controlplane/mod.ts";
import { type Difference, differenceOf } from "./compare.ts";
import { readCorpus } from "./corpus.ts";
import { parseDeviations, unexplained } from "./deviations.ts";
import { readGolden, writeGolden } from "./golden.ts";
import { Ours, oursOn } from "./ours.ts";
import { type Answerer, type Area, AREAS, canonical } from "./protocol.ts";
import { randomDifferences } from "./random.ts";
import { Upstream } from "./upstream.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

const usage = `Usage: deno task oracle [--only AREA] [--record] [--random N] [--seed S]

  --only AREA  one of schema, compare, cel, celspec, graph [all]
  --record     write upstream's answers to tests/conformance/golden instead of comparing them with it
  --random N   also ask N random questions for each area [0]
  --seed S     seed of the random questions; a run prints its seed [from the clock]

Exits with 1 when an answer differs that tests/conformance/deviations.md does not list.
Needs Go. The schemas are those of the cluster in $KUBECONFIG, or of a new control plane when it is not set.`;

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    record: { type: "boolean", default: false },
    random: { type: "string", default: "0" },
    seed: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

async function main(): Promise<boolean> {
  const areas = flags.only === undefined ? AREAS : AREAS.filter((area) => area === flags.only);
  const count = Number(flags.random);
  const seed = flags.seed === undefined ? Date.now() % 2 ** 31 : Number(flags.seed);
  const isRun = [count, seed].every((number) => Number.isInteger(number) && number >= 0);
  if (flags.help || areas.length === 0 || !isRun) {
    console.log(usage);
    return flags.help;
  }
  await using stack = new AsyncDisposableStack();
  const progress = (line: string) => console.error(line);
  const kubeconfig = areas.includes("graph") ? await cluster(stack, progress) : undefined;
  const upstream = stack.use(await Upstream.start({ kubeconfig, progress }));
  const live = kubeconfig === undefined ? new Ours() : stack.use(await oursOn(kubeconfig));

  let sound = await runCorpus(areas, upstream, live);
  for (const area of areas) {
    if (count === 0 || area === "celspec") continue;
    progress(`${area}: ${count} random questions, seed ${seed}`);
    const found = await randomDifferences(area, { count, seed }, upstream, live);
    for (const text of found) console.log(text);
    console.log(`${area}: ${count} random questions, seed ${seed}, ${found.length} differences`);
    if (found.length > 0) sound = false;
  }
  return sound;
}

async function cluster(
  stack: AsyncDisposableStack,
  progress: (line: string) => void,
): Promise<string> {
  const given = Deno.env.get("KUBECONFIG");
  if (given) return given;
  const without = ["kube-controller-manager", "kube-scheduler", "kwok"] as const;
  return stack.use(await startControlPlane({ without: [...without], progress })).kubeconfig;
}

/**
 * Compares upstream's and kro's results for the test cases in the folder `corpus`. Both programs read the
 * schemas of kinds from a cluster. The conformance tests read the schemas from the built-in snapshot instead.
 */
async function runCorpus(areas: readonly Area[], upstream: Answerer, ours: Answerer) {
  const differences = new Map<string, Difference>();
  const stale: string[] = [];
  for (const suite of await readCorpus(areas)) {
    const recorded = await readGolden(suite.area, suite.name);
    const verdicts = new Map<string, Verdict>();
    for (const { name, request, unordered } of suite.cases) {
      const theirs = verdictOf(suite.area, await upstream.answer(request));
      verdicts.set(name, theirs);
      if (canonical(theirs) !== canonical(recorded.get(name))) stale.push(name);
      const difference = differenceOf(
        theirs,
        verdictOf(suite.area, await ours.answer(request)),
        unordered,
      );
      if (difference) differences.set(name, difference);
    }
    const changed = flags.record && await writeGolden(suite, verdicts);
    const what = `${suite.area}/${suite.name}: ${suite.cases.length} cases`;
    console.log(changed ? `${what}, recorded` : what);
  }
  const page = await Deno.readTextFile(`${import.meta.dirname}/deviations.md`);
  const listed = parseDeviations(page).filter(({ name }) =>
    areas.some((area) => name.startsWith(`${area}/`))
  );
  const wrong = unexplained(differences, listed);
  if (!flags.record) {
    wrong.push(...stale.map((name) => `not recorded, or recorded with another answer: ${name}`));
  }
  for (const line of wrong) console.log(line);
  console.log(`${differences.size} differences, ${listed.length} listed as deviations`);
  return wrong.length === 0;
}

Deno.exit(await main() ? 0 : 1);
