// Starts a program that is killed when this process ends, even if this process is killed by SIGKILL. This
// process starts a shell, and keeps the only write end of a pipe to the shell. The shell forks a guard
// process, which waits on the read end of the pipe. Then the shell replaces itself with the program (`exec`),
// so the program has the process ID that this process knows. When this process ends, the kernel closes the
// pipe, and the guard kills the program.

const watch = "exec 3<&0; { read _ <&3 || kill -KILL $$; } >/dev/null 2>&1 & exec 3<&-;";

/** The options of {@link guarded}, which starts a program that is killed when this process ends. */
export interface GuardOptions {
  /**
   * The path of a file to which the started program writes its output. By default, standard output and error
   * are piped to this process.
   */
  log?: string;
  /** The working folder of the started program. */
  cwd?: string;
  /** Environment variables in addition to those of this process. */
  env?: Record<string, string>;
  /**
   * Whether the started program gets its own session. Ctrl-C in a terminal then does not reach the program,
   * so that this process can stop it gracefully.
   */
  detached?: boolean;
  /** Whether the program writes to the output of this process instead of a pipe. */
  inherit?: boolean;
}

/** A program that was started by {@link guarded}, and runs or has ended. */
export class Guarded {
  /** A promise that resolves when the program has ended for any reason. */
  readonly status: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.status = child.status.then(async (status) => {
      await this.#dismiss();
      return status;
    });
  }

  /** The process ID of the program. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * The program's standard output and error. They can be read only if the program does not write to
   * a log file.
   */
  get output(): Record<"stdout" | "stderr", ReadableStream<Uint8Array<ArrayBuffer>>> {
    return { stdout: this.#child.stdout, stderr: this.#child.stderr };
  }

  /**
   * Stops the program with SIGTERM, and waits until it has ended. After `patience` milliseconds,
   * kills it with SIGKILL.
   */
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

  // Ends the guard, the shell that waits on the pipe, without killing the program. The guard exits when it
  // reads a line from the pipe. If the pipe is closed without a line, the guard kills the program.
  async #dismiss(): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("\n")).catch(() => {});
    await writer.close().catch(() => {});
  }
}

/** Starts `program`, which must be a path or the name of a program in PATH. */
export function guarded(program: string, args: string[], options: GuardOptions = {}): Guarded {
  const { log, cwd, env, detached = false, inherit = false } = options;
  const output = log ? "null" : inherit ? "inherit" : "piped";
  // A caller may read the log before the shell has opened it.
  if (log) Deno.writeTextFileSync(log, "", { append: true });
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

/** Returns the last lines of a log file, indented, for use in an error message. */
export async function tail(log: string, lines = 12): Promise<string> {
  const text = await Deno.readTextFile(log).catch(() => "");
  return text.trimEnd().split("\n").slice(-lines).map((line) => `    ${line}`).join("\n");
}
