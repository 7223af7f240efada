// Starts a program that dies with this process, however this process ends.
//
// A small shell holds the reading end of a pipe whose writing end only we have. When we die the kernel
// closes it, and the shell kills the program. The program itself is exec'ed in the place of the first
// shell, so that its pid, its signals and its exit status are directly ours.

const watch = "exec 3<&0; { read _ <&3 || kill -KILL $$; } >/dev/null 2>&1 & exec 3<&-;";

/** How to start a guarded program. */
export interface GuardOptions {
  /** A file that gets what the program prints; without it, standard output and error are piped. */
  log?: string;
  /** The folder that it runs in. */
  cwd?: string;
  /** Environment on top of ours. */
  env?: Record<string, string>;
  /** In a session of its own, so that Ctrl-C in our terminal does not reach it before we stop it in order. */
  detached?: boolean;
  /** Leave the output to our own terminal instead of piping it. */
  inherit?: boolean;
}

/** A program that is running, or has ended. */
export class Guarded {
  /** Settles when the program has ended, whoever ended it. */
  readonly status: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.status = child.status.then(async (status) => {
      await this.#dismiss();
      return status;
    });
  }

  /** The program's process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What it prints; only when there is no log file. */
  get output(): { stdout: ReadableStream<Uint8Array>; stderr: ReadableStream<Uint8Array> } {
    return { stdout: this.#child.stdout, stderr: this.#child.stderr };
  }

  /** Asks the program to end, kills it after `patience` milliseconds, and waits for its end. */
  async stop(patience = 15_000): Promise<void> {
    this.#signal("SIGTERM");
    const kill = setTimeout(() => this.#signal("SIGKILL"), patience);
    try {
      await this.status;
    } finally {
      clearTimeout(kill);
    }
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  // A line, unlike the end of the pipe, tells the shell that there is nothing left to kill.
  async #dismiss(): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("\n")).catch(() => {});
    await writer.close().catch(() => {});
  }
}

/** Starts `program`, which must be a path or a name on PATH. */
export function guarded(program: string, args: string[], options: GuardOptions = {}): Guarded {
  const { log, cwd, env, detached = false, inherit = false } = options;
  const output = log ? "null" : inherit ? "inherit" : "piped";
  const script = `${watch} exec "$@" </dev/null ${log ? '>>"$0" 2>&1' : ""}`;
  const child = new Deno.Command("sh", {
    args: ["-c", script, log ?? "sh", program, ...args],
    stdin: "piped",
    stdout: output,
    stderr: output,
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    detached,
  }).spawn();
  return new Guarded(child);
}

/** The last lines of a log file, indented to stand under a message. */
export async function tail(log: string, lines = 12): Promise<string> {
  const text = await Deno.readTextFile(log).catch(() => "");
  return text.trimEnd().split("\n").slice(-lines).map((line) => `    ${line}`).join("\n");
}
