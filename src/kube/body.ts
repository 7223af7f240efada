/** Reads response bodies up to a size limit, so that a large response cannot exhaust the memory. */
import { ApiError } from "../api/mod.ts";

const MIB = 2 ** 20;

/**
 * The maximum size of a response with one object, in bytes. No valid response reaches this limit, because
 * etcd stores objects of at most 1.5 MiB by default.
 */
export const LONGEST_OBJECT = 32 * MIB;

/**
 * The maximum size of a response with one page of a list, or with a document such as an OpenAPI schema, in
 * bytes.
 */
export const LONGEST_PAGE = 64 * MIB;

/** The maximum size of a response with a whole list that is not divided into pages, in bytes. */
export const LONGEST_WHOLE = 256 * MIB;

/** The error for a response body that is longer than the limit of its request. */
export class TooLongError extends ApiError {
  /**
   * Creates the error. The error message names the request and the limit.
   *
   * @param request The request as messages name it: verb, resource and object.
   * @param limit The size limit of the response body, in bytes.
   */
  constructor(request: string, limit: number) {
    super(`${request}: an answer of more than ${limit / MIB} MiB`, { reason: "Other" });
  }
}

/**
 * Returns the response body as a string, or undefined when the body is longer than `limit` bytes. Reading
 * stops as soon as the body is known to be too long.
 */
export async function readBody(response: Response, limit: number): Promise<string | undefined> {
  const { body, headers } = response;
  if (!body) return "";
  // The limit applies to the decompressed body, but the content-length header of a compressed body states the
  // compressed length. The length of such a body is therefore counted while the body is read.
  const declared = headers.has("content-encoding") ? null : headers.get("content-length");
  if (declared !== null && Number(declared) <= limit) return await response.text();
  if (Number(declared) > limit) {
    await body.cancel();
    return undefined;
  }
  const decoder = new TextDecoder();
  let length = 0;
  let text = "";
  // A return from this loop also cancels the rest of the body.
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * Returns the bytes of a stream, or undefined when the stream has more than `limit` bytes. Reading stops as
 * soon as the stream is known to be too long.
 */
export async function readAtMost(
  limit: number,
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // A return from this loop also cancels the rest of the stream.
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}
