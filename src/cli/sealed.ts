/** JSON files that only kro writes: saved plans and records. A digest shows whether a file was edited. */
import { createHash } from "node:crypto";
import { isObject, type JsonObject, jsonText, parseJson } from "../api/mod.ts";
import { UsageError } from "./errors.ts";

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
