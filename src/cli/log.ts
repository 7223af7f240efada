/** Writes the log to stderr, with one line for each log record, as text or as JSON. */
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

/** The command-line flags that configure the log. */
export interface LogFlags {
  /**
   * The verbosity set by `-v`: 0 logs level info and above, 1 logs debug in addition, and 2 logs trace in
   * addition.
   */
  verbose?: number;
  /** The format set by `--log-format`; text by default. */
  logFormat?: "text" | "json";
}

/**
 * The command-line flags that configure the log, including the flags that upstream kro inherits from
 * controller-runtime's zap package.
 */
export interface ZapFlags extends LogFlags {
  /** The lowest log level, set by `--zap-log-level`. */
  zapLogLevel?: string;
  /** The log format, set by `--zap-encoder`. */
  zapEncoder?: "json" | "console";
  /**
   * Whether zap's development mode is on, set by `--zap-devel`. The value true selects the level debug and
   * the text format. The value false selects the level info and the JSON format.
   */
  zapDevel?: boolean;
}

/**
 * Parses the value of `-v`, which is a whole number, `true` for 1 or `false` for 0. Throws UsageError for any
 * other value.
 */
export function parseVerbosity(text: string): number {
  if (text === "true") return 1;
  if (text === "false") return 0;
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new UsageError(`"${text}" is not a level: 0, 1 or 2`);
}

/**
 * Returns the lowest level that is logged, and the format of the log. The flags `-v` and `--log-format` take
 * precedence over the zap flags. Throws UsageError for an unknown `--zap-log-level`.
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

/**
 * Configures the logging library LogTape for the whole process. All log records of the category `kro` and its
 * subcategories go to `output.err`.
 */
export async function startLog(flags: ZapFlags, output: Output): Promise<void> {
  const { lowestLevel, json } = logSettings(flags);
  const text = output.color ? getAnsiColorFormatter : getTextFormatter;
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

/** Formats a string without quotes, and any other value as JSON. */
function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
}

/**
 * Returns the properties of a log record that its message template does not contain, in the form `
 * key=value`.
 */
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

/** Returns the log level for a level name of zap or for a verbosity number. */
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
