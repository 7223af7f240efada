/** Builds the executables of a release from a copy of the sources, in which the version is set. */
import { dirname, join } from "node:path";
import { type ArchiveFile, tarGz, zip } from "./archive.ts";
import { thirdPartyLicenses } from "./licenses.ts";
import { archiveName, executableOf, type Target } from "./targets.ts";

const root = new URL("../..", import.meta.url).pathname;

/** The files and folders of the repository from which an executable is built. */
const SOURCES = ["deno.json", "deno.lock", "main.ts", "src", "deploy"];

/** Runs a program and returns its output. Throws an error with the program's messages if it fails. */
export async function run(program: string, args: string[], cwd: string = root): Promise<string> {
  const command = new Deno.Command(program, { args, cwd, stdin: "null", env: { NO_COLOR: "1" } });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(causeIn(decoder.decode(stderr)));
  return decoder.decode(stdout);
}

/**
 * Returns the first two causes of an error that Deno has printed, joined to one line. Deno prints the causes
 * as numbered lines below the error. Returns the error itself if it has no causes.
 */
export function causeIn(stderr: string): string {
  // deno-lint-ignore no-control-regex -- Deno colors the errors of a program that it runs.
  const lines = stderr.replace(/\x1b\[[0-9;]*m/g, "").trim().split("\n").map((line) => line.trim());
  const start = lines.findLastIndex((line) => line.startsWith("error: "));
  const causes = lines.slice(Math.max(start, 0)).filter((line) => /^\d+: (?!<)/.test(line));
  const first = lines[start]?.replace(/^error: /, "") ?? lines.at(-1) ?? "";
  return causes.length === 0
    ? first
    : causes.slice(0, 2).map((line) => line.replace(/^\d+: /, "").replace(/\.$/, "")).join(": ");
}

async function copy(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) {
    await Deno.mkdir(dirname(to), { recursive: true });
    return await Deno.copyFile(from, to);
  }
  for await (const { name } of Deno.readDir(from)) await copy(join(from, name), join(to, name));
}

/** A copy of the sources, in which `src/api/version.ts` contains the version of the release. */
export class Stage implements AsyncDisposable {
  #licenses: Promise<string> | undefined;

  private constructor(readonly tag: string, readonly dir: string) {}

  /** Copies the sources into a temporary folder, and sets the version. */
  static async create(tag: string): Promise<Stage> {
    const stage = new Stage(tag, await Deno.makeTempDir({ prefix: "kro-release-" }));
    for (const path of SOURCES) await copy(join(root, path), join(stage.dir, path));
    await run(Deno.execPath(), ["run", "-A", "deploy/tasks/stamp.ts", tag], stage.dir);
    return stage;
  }

  /**
   * Builds the executable for a platform, and writes an archive with the executable into the folder `out`.
   */
  async archive(target: Target, out: string): Promise<void> {
    const task = ["run", "-A", "deploy/tasks/compile.ts", "--target", target.triple];
    await run(Deno.execPath(), task, this.dir);
    const name = executableOf(target);
    this.#licenses ??= thirdPartyLicenses();
    const files: ArchiveFile[] = [
      { name, data: await Deno.readFile(join(this.dir, "dist", name)), isExecutable: true },
      { name: "LICENSE", data: await Deno.readFile(join(root, "LICENSE")) },
      { name: "THIRD_PARTY_LICENSES", data: new TextEncoder().encode(await this.#licenses) },
    ];
    const pack = target.os === "windows" ? zip : tarGz;
    await Deno.writeFile(join(out, archiveName(this.tag, target)), pack(files));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.dir, { recursive: true });
  }
}
