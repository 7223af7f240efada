/** Where log lines go: stderr, as text for people or as JSON for machines, one line an event. */
import {
  configure,
  getAnsiColorFormatter,
  getJsonLinesFormatter,
  getTextFormatter,
  type LogLevel,
  type LogRecord,
} from "@logtape/logtape";
import { UsageError } from "./errors.ts";
import type { Output } from "./output.ts";

/** How much and how to log. */
export interface LogFlags {
  /** `-v`: 1 for debug lines as well, 2 for all there are. */
  verbose?: number;
  /** `--log-format`, text by default. */
  logFormat?: "text" | "json";
}

/** Upstream's log flags. */
export interface ZapFlags extends LogFlags {
  /** `--zap-log-level`. */
  zapLogLevel?: string;
  /** `--zap-encoder`. */
  zapEncoder?: "json" | "console";
  /** `--zap-devel`. */
  zapDevel?: boolean;
}

/** The value of `-v`; UsageError when it is none. */
export function parseVerbosity(text: string): number {
  if (text === "true") return 1;
  if (text === "false") return 0;
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new UsageError(`"${text}" is not a level: 0, 1 or 2`);
}

/** The lowest level and the format that flags ask for; own flags win over upstream's. */
export function logSettings(flags: ZapFlags): { lowestLevel: LogLevel; json: boolean } {
  const { verbose, logFormat, zapLogLevel, zapEncoder, zapDevel } = flags;
  const byZap = zapLogLevel === undefined ? zapDevel ? "debug" : "info" : zapLevel(zapLogLevel);
  return {
    lowestLevel: verbose === undefined ? byZap : levelOf(verbose),
    json: logFormat
      ? logFormat === "json"
      : zapEncoder
      ? zapEncoder === "json"
      : zapDevel === false,
  };
}

/** Sends the log of every room to the output's stderr. */
export async function startLog(flags: ZapFlags, output: Output): Promise<void> {
  const { lowestLevel, json } = logSettings(flags);
  const text = output.colour ? getAnsiColorFormatter : getTextFormatter;
  const format = json
    ? getJsonLinesFormatter({ properties: "flatten" })
    : text({ timestamp: "rfc3339", value: plain });
  const line = (record: LogRecord) =>
    json ? format(record) : format(record).trimEnd() + rest(record);
  await configure({
    reset: true,
    sinks: { stderr: (record) => output.err(line(record).trimEnd().replaceAll("\n", " | ")) },
    loggers: [
      { category: "kro", sinks: ["stderr"], lowestLevel },
      { category: ["logtape", "meta"], sinks: ["stderr"], lowestLevel: "warning" },
    ],
  });
}

/** Text as it is; the sentence says what it is. */
function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
}

/** Properties that the sentence itself does not name, as `key=value`. */
function rest(record: LogRecord): string {
  const template = typeof record.rawMessage === "string"
    ? record.rawMessage
    : record.rawMessage.join("");
  return Object.entries(record.properties)
    .filter(([key, value]) => value !== undefined && !template.includes(`{${key}}`))
    .map(([key, value]) => ` ${key}=${plain(value)}`)
    .join("");
}

function levelOf(verbosity: number): LogLevel {
  return verbosity >= 2 ? "trace" : verbosity === 1 ? "debug" : "info";
}

/** zap's names, or a verbosity. */
function zapLevel(text: string): LogLevel {
  const named: Record<string, LogLevel> = {
    debug: "debug",
    info: "info",
    warn: "warning",
    error: "error",
    panic: "fatal",
  };
  if (Object.hasOwn(named, text)) return named[text]!;
  if (/^[1-9]\d{0,2}$/.test(text)) return levelOf(Number(text));
  throw new UsageError(`--zap-log-level: "${text}" is not debug, info, error, panic or a number`);
}
