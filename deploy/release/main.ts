/**
 * The task `deno task release TAG [--only PART]... [--out DIR] [--repository OWNER/NAME]`: builds the files
 * of a release. If a part cannot be built, the task names the part with the reason, builds the other parts,
 * and ends with exit code 1.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { didYouMean } from "../../src/api/mod.ts";
import { isReleaseTag } from "../tasks/stamp.ts";
import { run, Stage } from "./build.ts";
import { packageChart } from "./chart.ts";
import { CHECKSUMS, checksumsIn, sha256Of } from "./checksums.ts";
import { homebrewFormula } from "./homebrew.ts";
import { krewManifest } from "./krew.ts";
import { type Archive, archiveName, TARGETS } from "./targets.ts";

const root = new URL("../..", import.meta.url).pathname;

/** The parts of a release that are not executables, in the order in which the task builds them. */
const OTHERS = {
  sbom: "list of all npm packages in the SPDX format",
  chart: "Helm chart as a package; needs helm, or HELM with its path",
  krew: "manifest for `kubectl krew`, from the archives in DIR",
  homebrew: "formula for Homebrew, from the archives in DIR",
  checksums: `SHA-256 hashes of all files in DIR, in ${CHECKSUMS}`,
};

/** The names of all parts of a release, in the order in which the task builds them. */
export const PARTS: readonly string[] = [
  ...TARGETS.map(({ name }) => name),
  ...Object.keys(OTHERS),
];

const usage = `Usage: deno task release TAG [--only PART]... [--out DIR] [--repository OWNER/NAME]

  --only PART              build only this part; may be repeated, or list parts with commas
  --out DIR                folder of the files [dist/release/TAG]
  --repository OWNER/NAME  GitHub repository of the downloads [$GITHUB_REPOSITORY]

Parts:
${
  TARGETS.map(({ name, os }) => `  ${name.padEnd(14)} executable in an archive for ${os}`).join(
    "\n",
  )
}
${Object.entries(OTHERS).map(([name, about]) => `  ${name.padEnd(14)} ${about}`).join("\n")}

deno compile downloads the base binary of a platform. If DENORT_BIN contains the path of a base binary, it is
used instead.`;

/** The release to build, as the command line describes it. */
interface Request {
  tag: string;
  /** The folder into which all files are written. */
  out: string;
  /** The GitHub repository as OWNER/NAME; an empty string if unknown. */
  repository: string;
}

/** Throws an error if the repository is unknown. */
function requireRepository(repository: string): void {
  if (/^[\w.-]+\/[\w.-]+$/.test(repository)) return;
  throw new Error("the repository of the downloads is unknown; set --repository OWNER/NAME");
}

/** Returns the archives in the folder of a release. Throws an error if the folder contains no archive. */
async function archivesOf({ tag, out, repository }: Request): Promise<Archive[]> {
  requireRepository(repository);
  const archives: Archive[] = [];
  for (const target of TARGETS) {
    const file = archiveName(tag, target);
    const sha256 = await sha256Of(join(out, file)).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    const url = `https://github.com/${repository}/releases/download/${tag}/${file}`;
    if (sha256) archives.push({ target, file, url, sha256 });
  }
  if (archives.length === 0) throw new Error(`${out} contains no archive of ${tag}`);
  return archives;
}

/** Builds one part of a release. */
async function build(part: string, request: Request, stage: () => Promise<Stage>): Promise<void> {
  const { tag, out, repository } = request;
  const target = TARGETS.find(({ name }) => name === part);
  if (target) return await (await stage()).archive(target, out);
  switch (part) {
    case "sbom": {
      const file = join(out, `kro_${tag}.spdx.json`);
      return void await run(Deno.execPath(), [
        "task",
        "-q",
        "sbom",
        "--out",
        file,
        "--version",
        tag,
      ]);
    }
    case "chart":
      requireRepository(repository);
      return await packageChart((await stage()).dir, request);
    case "krew": {
      const manifest = krewManifest(tag, repository, await archivesOf(request));
      return await Deno.writeTextFile(join(out, "krew.yaml"), manifest);
    }
    case "homebrew": {
      const formula = homebrewFormula(tag, repository, await archivesOf(request));
      return await Deno.writeTextFile(join(out, "kro.rb"), formula);
    }
    case "checksums":
      return await Deno.writeTextFile(join(out, CHECKSUMS), await checksumsIn(out));
  }
}

/** Builds the parts one after the other. Returns the reason for each part that cannot be built. */
async function release(parts: readonly string[], request: Request): Promise<Map<string, string>> {
  await Deno.mkdir(request.out, { recursive: true });
  const missing = new Map<string, string>();
  await using stages = new AsyncDisposableStack();
  let stage: Promise<Stage> | undefined;
  const staged = () => stage ??= Stage.create(request.tag).then((each) => stages.use(each));
  for (const part of PARTS.filter((each) => parts.includes(each))) {
    console.error(`building ${part}`);
    try {
      await build(part, request, staged);
    } catch (error) {
      missing.set(part, error instanceof Error ? error.message : String(error));
    }
  }
  return missing;
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      only: { type: "string", multiple: true, default: PARTS.slice() },
      out: { type: "string" },
      repository: { type: "string", default: Deno.env.get("GITHUB_REPOSITORY") ?? "" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
}

/** Runs the task and returns its exit code: 0, 1 if a part is missing, 2 for a wrong command line. */
async function main(args: string[]): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  const { values, positionals } = parsed;
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const [tag = ""] = positionals;
  if (!isReleaseTag(tag) || positionals.length > 1) {
    console.error(`"${positionals.join(" ")}" is not a tag: write it as v1.2.3 or v1.2.3-rc.1`);
    return 2;
  }
  const parts = values.only.flatMap((each) => each.split(","));
  for (const part of parts.filter((each) => !PARTS.includes(each))) {
    const hint = didYouMean(part, PARTS) ?? `the parts are ${PARTS.join(", ")}`;
    console.error(`--only: "${part}" is not a part of a release; ${hint}`);
    return 2;
  }
  const out = values.out ? resolve(values.out) : join(root, "dist/release", tag);
  const missing = await release(parts, { tag, out, repository: values.repository });
  for await (const { name } of Deno.readDir(out)) console.log(join(out, name));
  for (const [part, reason] of missing) console.error(`missing: ${part}: ${reason}`);
  return missing.size === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
