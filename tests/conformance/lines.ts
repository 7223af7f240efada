/** Splits a stream of text into lines, without their line ends. */

/** Transforms chunks of text into lines. Drops empty lines. */
export class TextLineStream extends TransformStream<string, string> {
  /** Buffers the text after the last line end until the next chunk. */
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
