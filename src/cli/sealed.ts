/** JSON files that only kro writes: saved plans and records. A digest shows whether a file was edited. */
import { createHash } from "node:crypto";
import { isObject, type JsonObject, jsonText, parseJson } from "../api/mod.ts";

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

/** Returns the content of a plan or a record with this text; undefined when the text is not a JSON object. */
export function unsealed(text: string): Unsealed | undefined {
  let found: unknown;
  try {
    found = parseJson(text);
  } catch {
    return undefined;
  }
  if (!isObject(found)) return undefined;
  const { digest, ...content } = found;
  return { content, isEdited: digest !== digestOf(content) };
}

/**
 * Writes a file that only its owner may read, because the file may contain secret values. Rejects with the
 * errors of `Deno.writeTextFile`.
 */
export async function writePrivate(path: string, text: string): Promise<void> {
  // The mode applies only to a new file, so the mode of an existing file is changed before the write.
  await Deno.writeTextFile(path, "", { mode: 0o600 });
  if (Deno.build.os !== "windows") await Deno.chmod(path, 0o600);
  await Deno.writeTextFile(path, text);
}

/** Returns the message of the operating system without the error number and the path, which Deno appends. */
export function systemReason({ message }: Error): string {
  return message.replace(/ \(os error \d+\).*$/s, "");
}

function digestOf(content: object): string {
  return `sha256:${createHash("sha256").update(jsonText(content)).digest("hex")}`;
}
