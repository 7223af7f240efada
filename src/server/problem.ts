/** Errors over HTTP as `application/problem+json` (RFC 9457). */

/** The body of an error. */
export interface HttpProblem {
  /** Always `about:blank`: the status says it all. */
  type: string;
  /** The status in words. */
  title: string;
  /** HTTP status. */
  status: number;
  /** What was wrong with this request. */
  detail: string;
}

const TITLES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** A problem response. */
export function problem(
  status: 400 | 401 | 403 | 404 | 405 | 500 | 503,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  const title = TITLES[status]!;
  const body: HttpProblem = { type: "about:blank", title, status, detail };
  return new Response(JSON.stringify(body) + "\n", {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}
