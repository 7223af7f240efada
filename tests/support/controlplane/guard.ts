// Starts a program that is killed when this process ends, even by SIGKILL.
//
// A shell holds the read end of a pipe whose write end only this process has. When this process ends, the kernel
// closes the pipe, and the shell kills the program. The program itself replaces the first
// shell by exec, so that this process has its pid, signals and exit status directly.

const watch = "exec 3<&0; { read _ <&3 || kill -KILL $$; } >/dev/null 2>&1 & exec 3<&-;";

/** Options of a guarded program. */
export interface GuardOptions {
  /** File for the program's output; by default, standard output and error are piped. */
  log?: string;
  /** Its working folder. */
  cwd?: string;
  /** Environment variables in addition to those of this process. */
  env?: Record<string, string>;
  /** Starts it in its own session, so that Ctrl-C in the terminal does not reach it before its graceful stop. */
  detached?: boolean;
  /** Inherits this process's output instead of piping it. */
  inherit?: boolean;
}

/** A program that runs or has ended. */
export class Guarded {
  /** Resolves when the program has ended for any reason. */
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

  /** Its output, unless it has a log file. */
  get output(): { stdout: ReadableStream<Uint8Array>; stderr: ReadableStream<Uint8Array> } {
    return { stdout: this.#child.stdout, stderr: this.#child.stderr };
  }

  /** Sends SIGTERM, after `patience` milliseconds SIGKILL, and waits until the program has ended. */
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

  // A line, unlike the end of the pipe, ends the shell without a kill.
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

/** The last lines of a log file, indented for use below a message. */
export async function tail(log: string, lines = 12): Promise<string> {
  const text = await Deno.readTextFile(log).catch(() => "");
  return text.trimEnd().split("\n").slice(-lines).map((line) => `    ${line}`).join("\n");
}
