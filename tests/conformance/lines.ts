/** Splits a stream of strings into lines without their line ends. */

/** Transforms chunks of strings into lines; drops empty lines. */
export class TextLineStream extends TransformStream<string, string> {
  /** Keeps an incomplete last line until the next chunk arrives. */
  constructor() {
    let rest = "";
    super({
      transform(chunk, controller) {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line.trim() !== "") controller.enqueue(line);
      },
      flush(controller) {
        if (rest.trim() !== "") controller.enqueue(rest);
      },
    });
  }
}
