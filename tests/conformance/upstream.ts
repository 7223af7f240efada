/** Runs the oracle, a program that evaluates requests with upstream's code. */
import { jsonText, parseJson } from "../../src/api/mod.ts";
import { buildOracle } from "../support/controlplane/mod.ts";
import { TextLineStream } from "./lines.ts";
import type { Answer, Answerer, Request } from "./protocol.ts";

/** The options with which the oracle is started. */
export interface UpstreamOptions {
  /**
   * The path of a kubeconfig file. The cluster supplies the schemas of kinds for requests of the area
   * `graph`.
   */
  kubeconfig?: string;
  /** Called with a line of progress while the oracle is built. */
  progress?: (line: string) => void;
}

/**
 * A running oracle: a process that evaluates requests with upstream's code, one request at a time. The oracle
 * exits when its standard input ends, for example because this process has died.
 */
export class Upstream implements Answerer, AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#writer = process.stdin.getWriter();
    this.#lines = process.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(
      new TextLineStream(),
    ).getReader();
  }

  /** Starts the oracle process. Builds its program first if the cache does not contain it. */
  static async start({ kubeconfig, progress }: UpstreamOptions = {}): Promise<Upstream> {
    const command = new Deno.Command(await buildOracle(progress), {
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      env: { KUBECONFIG: kubeconfig ?? "" },
    });
    return new Upstream(command.spawn());
  }

  /**
   * Sends a request to the oracle after the responses to all earlier requests have arrived. Rejects if the
   * oracle process has exited.
   */
  answer(request: Request): Promise<Answer> {
    const answer = this.#last.catch(() => {}).then(() => this.#ask(request));
    this.#last = answer;
    return answer;
  }

  async #ask(request: Request): Promise<Answer> {
    await this.#writer.write(new TextEncoder().encode(`${jsonText(request)}\n`));
    const { value, done } = await this.#lines.read();
    if (done) throw new Error(`the oracle ended at ${jsonText(request)}`);
    return parseJson(value) as Answer;
  }

  /** Stops the oracle process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last.catch(() => {});
    await this.#writer.close().catch(() => {});
    await this.#lines.cancel();
    await this.#process.status;
  }
}
