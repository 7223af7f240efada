/** Upstream's answers, from the oracle. */
import { jsonText, parseJson } from "../../src/api/mod.ts";
import { buildOracle } from "../support/controlplane/mod.ts";
import { TextLineStream } from "./lines.ts";
import type { Answer, Answerer, Request } from "./protocol.ts";

/** How to start the oracle. */
export interface UpstreamOptions {
  /** The cluster for `graph`. */
  kubeconfig?: string;
  /** Told in a line what is going on. */
  progress?: (line: string) => void;
}

/** A running oracle; it is asked one question at a time and ends with its input, also when we die. */
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

  /** Starts the oracle, which is built when it is not in the cache. */
  static async start({ kubeconfig, progress }: UpstreamOptions = {}): Promise<Upstream> {
    const command = new Deno.Command(await buildOracle(progress), {
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      env: { KUBECONFIG: kubeconfig ?? "" },
    });
    return new Upstream(command.spawn());
  }

  /** See the protocol. */
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
