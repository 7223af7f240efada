/** `kro graph`: draws the nodes of a graph and their dependencies. */
import { type Command, Option } from "commander";
import {
  dot,
  DRAWING_FORMATS,
  type DrawingFormat,
  drawingOf,
  mermaid,
  svg,
} from "../explain/mod.ts";
import { Exit, UsageError } from "./errors.ts";
import { type GraphFlags, loadGraphs } from "./graph_source.ts";
import type { Output } from "./output.ts";

/** The flags of `kro graph`. */
export interface DrawFlags extends GraphFlags {
  /** The format that `-o` selects. */
  output: DrawingFormat;
}

/** Adds the flags of `kro graph`, except the flags that name RGDs. */
export function addDrawFlags(command: Command): Command {
  return command.addOption(
    new Option("-o, --output <format>", "output format").choices(DRAWING_FORMATS)
      .default("mermaid"),
  );
}

/** Runs `kro graph`. Returns the exit code: 1 if the RGD has problems. */
export async function drawGraph(
  names: readonly string[],
  flags: DrawFlags,
  output: Output,
): Promise<number> {
  if (!flags.filename && !flags.crd && names.length === 0) {
    throw new UsageError("name an RGD of the cluster, or a file with -f");
  }
  const graphs = await loadGraphs(names, flags, output);
  if (!graphs) return Exit.failed;
  const [one, ...more] = graphs;
  if (!one || more.length > 0) {
    const found = graphs.map(({ graph }) => graph.name).join(", ");
    throw new UsageError(`kro graph draws one RGD: name one of ${found}`);
  }
  const drawing = drawingOf(one.graph);
  switch (flags.output) {
    case "mermaid":
      output.out(mermaid(drawing));
      break;
    case "dot":
      output.out(dot(drawing));
      break;
    case "svg":
      output.out(await svg(drawing));
  }
  return Exit.ok;
}
