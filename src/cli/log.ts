/** Where log lines go: stderr, as text for people or as JSON for machines. */
import {
  configure,
  getAnsiColorFormatter,
  getJsonLinesFormatter,
  getTextFormatter,
  type LogLevel,
} from "@logtape/logtape";
import type { Output } from "./output.ts";

/** How much and how to log. */
export interface LogFlags {
  /** `-v`: debug lines as well. */
  verbose?: boolean;
  /** `--log-format`. */
  logFormat: "text" | "json";
}

/** Sends the log of every room to the output's stderr. */
export async function startLog(flags: LogFlags, output: Output): Promise<void> {
  const format = flags.logFormat === "json"
    ? getJsonLinesFormatter({ properties: "flatten" })
    : output.colour
    ? getAnsiColorFormatter({ timestamp: "rfc3339" })
    : getTextFormatter({ timestamp: "rfc3339" });
  const lowestLevel: LogLevel = flags.verbose ? "debug" : "info";
  await configure({
    reset: true,
    sinks: { stderr: (record) => output.err(format(record).trimEnd()) },
    loggers: [
      { category: "kro", sinks: ["stderr"], lowestLevel },
      { category: ["logtape", "meta"], sinks: ["stderr"], lowestLevel: "warning" },
    ],
  });
}
