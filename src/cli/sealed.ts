/** JSON files that only kro writes: saved plans and records. A digest shows whether a file was edited. */
import { createHash } from "node:crypto";
import { isObject, type JsonObject, jsonText, parseJson } from "../api/mod.ts";
import { UsageError } from "./errors.ts";
import { writeFile } from "./write_file.ts";

/** Returns the text of a plan or a record: its content and the digest of the content. */
export function sealed(content: object): string {
  return `${jsonText({ ...content, digest: digestOf(content) }, 1)}\n`;
}

/** The content of a plan or a record that was read. */
export interface Unsealed {
  /** The content without the digest. */
  content: JsonObject;
  /** Whether the content was edited after kro wrote the file. */
  isEdited: boolean;
}

/**
 * Returns the content of a plan or a record with this text; undefined when the text is not a JSON object. Throws
 * UsageError, with line and column, when the text starts as a JSON object but is not valid JSON.
 *
 * @param file The name of the file in the error; when absent, the result for invalid JSON is undefined.
 */
export function unsealed(text: string, file?: string): Unsealed | undefined {
  let found: unknown;
  try {
    found = parseJson(text);
  } catch (error) {
    if (file === undefined || !text.trimStart().startsWith("{")) return undefined;
    throw invalidJson(text, file, error as Error);
  }
  if (!isObject(found)) return undefined;
  const { digest, ...content } = found;
  return { content, isEdited: digest !== digestOf(content) };
}

/**
 * Writes a file that only its owner may read, because the file may contain secret values. Rejects with
 * UsageError when the write fails.
 *
 * @param what The content of the file as the error names it, such as `plan`.
 */
export async function writePrivate(path: string, what: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, 0o600);
  } catch (cause) {
    throw writeError(path, what, cause as Error);
  }
}

/**
 * Checks that {@link writePrivate} may write to the path, so that a command fails before its work. Does not
 * change an existing file, and leaves no new file behind. Throws UsageError when the path cannot be written.
 *
 * @param what The content of the file as the error names it, such as `plan`.
 */
export function checkWritable(path: string, what: string): void {
  try {
    const info = infoOf(path);
    // Opening a named pipe would wait for a reader.
    if (info && !info.isFile && !info.isDirectory) return;
    const mode = info ? { append: true } : { write: true, createNew: true, mode: 0o600 };
    Deno.openSync(path, mode).close();
    if (!info) Deno.removeSync(path);
  } catch (cause) {
    throw writeError(path, what, cause as Error);
  }
}

function infoOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function writeError(path: string, what: string, cause: Error): UsageError {
  const reason = cause instanceof Deno.errors.NotCapable
    ? "Deno does not permit kro to write there; name a file in another folder"
    : systemReason(cause);
  return new UsageError(`cannot write the ${what} to ${path}: ${reason}`, { cause });
}

/** Returns the message of the operating system without the error number and the path, which Deno appends. */
export function systemReason({ message }: Error): string {
  return message.replace(/ \(os error \d+\).*$/s, "");
}

/** Returns the error for a text that is not valid JSON. V8 names the place unless the text ends early. */
function invalidJson(text: string, file: string, { message }: Error): UsageError {
  const [, what, line, column] =
    /^(.*?) in JSON at position \d+ \(line (\d+) column (\d+)\)$/s.exec(message) ?? [];
  if (what !== undefined) return new UsageError(`${file}:${line}:${column}: invalid JSON: ${what}`);
  const lines = text.split("\n");
  const end = `${lines.length}:${lines.at(-1)!.length + 1}`;
  return new UsageError(`${file}:${end}: invalid JSON: the file is incomplete`);
}

function digestOf(content: object): string {
  return `sha256:${createHash("sha256").update(jsonText(content)).digest("hex")}`;
}
