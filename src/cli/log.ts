/** Writes the log to stderr, one line per event, as text or as JSON. */
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

/** Flags of the log. */
export interface LogFlags {
  /** `-v`: 0 logs info and above, 1 also debug, 2 also trace. */
  verbose?: number;
  /** `--log-format`; text by default. */
  logFormat?: "text" | "json";
}

/** The flags of the log, and those that upstream inherits from controller-runtime's zap package. */
export interface ZapFlags extends LogFlags {
  /** `--zap-log-level`. */
  zapLogLevel?: string;
  /** `--zap-encoder`. */
  zapEncoder?: "json" | "console";
  /** `--zap-devel`. */
  zapDevel?: boolean;
}

/** Parses the value of `-v`, a whole number, `true` (1) or `false` (0). Throws UsageError. */
export function parseVerbosity(text: string): number {
  if (text === "true") return 1;
  if (text === "false") return 0;
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new UsageError(`"${text}" is not a level: 0, 1 or 2`);
}

/**
 * Returns the lowest level to log and the format. `-v` and `--log-format` take precedence over the zap
 * flags. Throws UsageError for an unknown `--zap-log-level`.
 */
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

/** Configures LogTape for the whole process: all categories below `kro` go to `output.err`. */
export async function startLog(flags: ZapFlags, output: Output): Promise<void> {
  const { lowestLevel, json } = logSettings(flags);
  const text = output.colour ? getAnsiColorFormatter : getTextFormatter;
  const format = json
    ? getJsonLinesFormatter({ properties: "flatten" })
    : text({ timestamp: "rfc3339", category: ".", value: plain });
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

/** Formats strings without quotes, any other value as JSON. */
function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
}

/** The properties that the message template does not contain, as ` key=value`. */
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

/** Returns the level for one of zap's names or for a verbosity. */
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
