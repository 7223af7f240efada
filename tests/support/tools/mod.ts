/**
 * Evaluates health checks of Argo CD and Flux, replaces variables as Flux does, and runs actionlint. The
 * program that is built from `main.go` does this with the Go libraries that these projects use.
 *
 * @module
 */
import { cacheDir, fill } from "../controlplane/binaries.ts";
import { goVersion } from "../controlplane/build.ts";
import { ignoredWithout } from "../missing_tool.ts";

const folder = import.meta.dirname!;

/** A task that the program built from `main.go` performs as Argo CD or Flux would. */
export type Question =
  /** Evaluates a health script of Argo CD for an object. */
  | { lua: string; object: unknown }
  /** Evaluates a health check of Flux for an object. The keys are `current`, `failed`, `inProgress`. */
  | { cel: Readonly<Record<string, string>>; object: unknown }
  /** Matches API group and kind, as GROUP/KIND, with a pattern of Argo CD. */
  | { glob: string; kind: string }
  /** Replaces the variables in a manifest, as Flux does. */
  | { text: string; variables: Readonly<Record<string, string>> };

/** The result of a {@link Question}. */
export interface Answer {
  /** The health, such as `Healthy`; whether the pattern matches; or the manifest after the substitution. */
  status: string;
  /** The message of a health script. */
  message?: string;
  /** The error with which the task failed, such as an error in a health script. */
  error?: string;
}

const go = await goVersion();
const needsGo = ignoredWithout("Go", go !== undefined);

/**
 * Returns the definition of a test that needs Go. If Go is missing, the test is ignored, and its name
 * contains the reason. In CI, the test runs and fails if Go is missing.
 */
export function withGo(name: string, fn: () => Promise<void>): Deno.TestDefinition {
  return { name: `${name}${needsGo}`, ignore: needsGo !== "", fn };
}

let built: Promise<string> | undefined;

/**
 * Returns the path of the program built from `main.go`. Builds the program with Go unless the cache contains
 * it.
 */
export function toolsPath(): Promise<string> {
  return built ??= find();
}

async function find(): Promise<string> {
  if (go === undefined) throw new Error("the tools are built with Go, which is not on PATH");
  const files = await Promise.all(
    ["go.mod", "main.go"].map((name) => Deno.readTextFile(`${folder}/${name}`)),
  );
  const data = new TextEncoder().encode([...files, go].join("\n"));
  const key = new Uint8Array(await crypto.subtle.digest("SHA-256", data)).toHex().slice(0, 16);
  const dir = `${cacheDir(Deno.env)}/tools-${key}`;
  await fill(dir, async (into, progress) => {
    progress("building the tools of tests/support/tools with Go; once, about 30 seconds");
    const args = ["build", "-buildvcs=false", "-o", `${into}/tools`, "."];
    const { success, stderr } = await new Deno.Command("go", { args, cwd: folder }).output();
    if (!success) throw new Error(`go build of the tools failed:\n${decode(stderr)}`);
  }, console.error);
  return `${dir}/tools`;
}

/**
 * Runs the tasks in the program built from `main.go`. Returns one result for each task, in the order of the
 * tasks.
 */
export async function ask(questions: readonly Question[]): Promise<Answer[]> {
  const child = new Deno.Command(await toolsPath(), {
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines = questions.map((each) => JSON.stringify(each)).join("\n");
  const stdin = child.stdin.getWriter();
  const written = stdin.write(new TextEncoder().encode(lines)).then(() => stdin.close());
  const { success, stdout, stderr } = await child.output();
  await written;
  if (!success) throw new Error(decode(stderr));
  return decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

/** Runs actionlint. Returns its exit code and the problems that it prints. */
export async function actionlint(
  files: readonly string[],
): Promise<{ code: number; stdout: string }> {
  const { code, stdout } = await new Deno.Command(await toolsPath(), { args: [...files] }).output();
  return { code, stdout: decode(stdout) };
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
