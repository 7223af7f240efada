/** Text cut into lines, without their ends. */

/** A stream of lines; empty ones are left out. */
export class TextLineStream extends TransformStream<string, string> {
  /** Keeps what follows the last line end until more comes. */
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
