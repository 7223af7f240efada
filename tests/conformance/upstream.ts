/** Runs the oracle, which answers questions with upstream's code. */
import { jsonText, parseJson } from "../../src/api/mod.ts";
import { buildOracle } from "../support/controlplane/mod.ts";
import { TextLineStream } from "./lines.ts";
import type { Answer, Answerer, Request } from "./protocol.ts";

/** How to start the oracle. */
export interface UpstreamOptions {
  /** Path of the kubeconfig of the cluster for `graph`. */
  kubeconfig?: string;
  /** Called with a line for each step of the build. */
  progress?: (line: string) => void;
}

/** A running oracle, which gets one question at a time. It exits when its input ends, as when this process dies. */
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

  /** Starts the oracle, after building it if it is not in the cache. */
  static async start({ kubeconfig, progress }: UpstreamOptions = {}): Promise<Upstream> {
    const command = new Deno.Command(await buildOracle(progress), {
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      env: { KUBECONFIG: kubeconfig ?? "" },
    });
    return new Upstream(command.spawn());
  }

  /** Sends a request after the answers to earlier ones. Rejects when the oracle has exited. */
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

  /** Ends the oracle. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last.catch(() => {});
    await this.#writer.close().catch(() => {});
    await this.#lines.cancel();
    await this.#process.status;
  }
}
