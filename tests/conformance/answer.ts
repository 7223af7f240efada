// The command `deno task answer`: reads requests from standard input, such as CEL expressions, evaluates them
// with kro's code, and prints the results. Each request and each result is one line of JSON.
import { jsonText, parseJson } from "../../src/api/mod.ts";
import { TextLineStream } from "./lines.ts";
import { Ours, oursOn } from "./ours.ts";
import type { Request } from "./protocol.ts";

const kubeconfig = Deno.env.get("KUBECONFIG");
const ours = kubeconfig ? await oursOn(kubeconfig) : new Ours();
const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(
  new TextLineStream(),
);
for await (const line of lines) {
  let answer;
  try {
    answer = await ours.answer(parseJson(line) as unknown as Request);
  } catch (error) {
    answer = { error: `request: ${error instanceof Error ? error.message : error}` };
  }
  console.log(jsonText(answer));
}
Deno.exit(0);
