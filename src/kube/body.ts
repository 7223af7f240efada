/** Reads response bodies up to a size limit, so that a response cannot exhaust the memory. */
import { ApiError } from "../api/mod.ts";

const MIB = 2 ** 20;

/** Limit for one object, in bytes. etcd stores at most 1.5 MiB by default. */
export const LONGEST_OBJECT = 32 * MIB;

/** Limit for a page of a list, or for a document such as an OpenAPI schema, in bytes. */
export const LONGEST_PAGE = 64 * MIB;

/** Limit for a whole list that is read in one piece, in bytes. */
export const LONGEST_WHOLE = 256 * MIB;

/** The body of a response is longer than the limit for its request. */
export class TooLongError extends ApiError {
  /**
   * Names the request and the limit in the message.
   *
   * @param request verb, resource and object, as messages name them
   * @param limit in bytes
   */
  constructor(request: string, limit: number) {
    super(`${request}: an answer of more than ${limit / MIB} MiB`, { reason: "Other" });
  }
}

/**
 * Returns the body as text; undefined when it is longer than `limit` bytes. A body that is too long is
 * cancelled and not read to its end.
 */
export async function readBody(response: Response, limit: number): Promise<string | undefined> {
  const { body, headers } = response;
  if (!body) return "";
  // The content-length of a compressed body is its compressed length.
  const declared = headers.has("content-encoding") ? null : headers.get("content-length");
  if (declared !== null && Number(declared) <= limit) return await response.text();
  if (Number(declared) > limit) {
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
