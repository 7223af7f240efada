/** The body of an answer as text, up to a size: none may fill the memory. */
import { ApiError } from "../api/mod.ts";

const MIB = 2 ** 20;

/** One object, in bytes: etcd takes 1.5 MiB by default. */
export const LONGEST_OBJECT = 32 * MIB;

/** A page of a list, which can be had in smaller ones, or a document such as the schemas of all kinds, in bytes. */
export const LONGEST_PAGE = 64 * MIB;

/** A list in one piece, in bytes. */
export const LONGEST_WHOLE = 256 * MIB;

/** An answer that was longer. */
export class TooLongError extends ApiError {
  /** `request` as messages name it; `limit` in bytes. */
  constructor(request: string, limit: number) {
    super(`${request}: an answer of more than ${limit / MIB} MiB`, { reason: "Other" });
  }
}

/** The whole body; undefined, and the rest is not read, when it is longer than `limit` bytes. */
export async function readBody(response: Response, limit: number): Promise<string | undefined> {
  const { body, headers } = response;
  if (!body) return "";
  // What is compressed says its compressed length, if any.
  const told = headers.has("content-encoding") ? null : headers.get("content-length");
  if (told !== null && Number(told) <= limit) return await response.text();
  if (Number(told) > limit) {
    await body.cancel();
    return undefined;
  }
  const decoder = new TextDecoder();
  let length = 0;
  let text = "";
  // Leaving the loop cancels the body.
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
