/** HTTP error responses with the content type `application/problem+json` (RFC 9457). */
import { STATUS_CODES } from "node:http";

/** The JSON body of an error response. */
export interface HttpProblem {
  /**
   * The type of the error, which is always `about:blank`: the title is then the reason phrase of the HTTP
   * status (RFC 9457, section 4.2.1).
   */
  type: string;
  /** The reason phrase of the HTTP status, such as `Not Found`. */
  title: string;
  /** The HTTP status code. */
  status: number;
  /** The explanation why this request failed. */
  detail: string;
}

/**
 * Returns an error response with an {@link HttpProblem} as its body.
 *
 * @param headers Headers of the response in addition to the content type.
 */
export function problem(
  status: 400 | 401 | 403 | 404 | 405 | 500 | 503,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  const title = STATUS_CODES[status]!;
  const body: HttpProblem = { type: "about:blank", title, status, detail };
  return new Response(JSON.stringify(body) + "\n", {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}
