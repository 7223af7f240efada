/** The body of an answer as text, up to a size that no answer of an API server has. */

const MIB = 2 ** 20;
const decoder = new TextDecoder();

/** A page of a list, or a document such as the schemas of all kinds, in bytes. */
export const LONGEST_LIST = 256 * MIB;

/** One object, in bytes: etcd takes 1.5 MiB by default. */
export const LONGEST_OBJECT = 32 * MIB;

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
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  // Leaving the loop cancels the body.
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return decoder.decode(chunks.length === 1 ? chunks[0] : await new Blob(chunks).arrayBuffer());
}
