/** Errors over HTTP as `application/problem+json` (RFC 9457). */
import { STATUS_CODES } from "node:http";

/** The body of an error. */
export interface HttpProblem {
  /** Always `about:blank`: the title is the phrase of the HTTP status (RFC 9457, section 4.2.1). */
  type: string;
  /** Reason phrase of the HTTP status. */
  title: string;
  /** HTTP status. */
  status: number;
  /** Why this request failed. */
  detail: string;
}

/** Returns a response with an {@link HttpProblem} as body, and with `headers` besides its content type. */
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
