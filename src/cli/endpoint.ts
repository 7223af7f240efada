/** Sends requests to the HTTP endpoint of a running controller. */
import { UsageError } from "./errors.ts";

/** The time limit of each request, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** A response of the endpoint. */
export interface EndpointResponse {
  /** The HTTP status code. */
  status: number;
  /** The value of the header Content-Type; an empty string when the header is missing. */
  type: string;
  /** The body. */
  text: string;
}

/** The HTTP endpoint of a controller. */
export class Endpoint {
  /** The URL without a slash at its end. The paths of the endpoint follow it. */
  readonly url: string;
  /** Whether {@link get} can send a token. */
  readonly hasToken: boolean;
  readonly #token?: string;

  private constructor(url: string, token: string | undefined) {
    this.url = url.replace(/\/+$/, "");
    this.hasToken = token !== undefined;
    this.#token = token;
  }

  /**
   * Reads the token, and sends no request. Rejects with UsageError when the URL is malformed or the file
   * cannot be read.
   *
   * @param tokenFile The path of a file with a bearer token; absent for requests without a token.
   */
  static async open(url: string, tokenFile: string | undefined): Promise<Endpoint> {
    if (!URL.canParse(url) || !/^https?:/.test(url)) {
      throw new UsageError(`"${url}" is not a URL: write it as http://HOST:PORT`);
    }
    return new Endpoint(url, tokenFile === undefined ? undefined : await readToken(tokenFile));
  }

  /**
   * Sends a GET request. Follows no redirect. Rejects with UsageError when no response arrives within 10
   * seconds.
   *
   * @param path The path with the query, such as `/graphs`.
   * @param withToken Whether the request has the token of the file.
   */
  async get(path: string, { withToken = true } = {}): Promise<EndpointResponse> {
    try {
      const headers = withToken && this.#token !== undefined
        ? { authorization: `Bearer ${this.#token}` }
        : undefined;
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(this.url + path, { headers, signal, redirect: "manual" });
      const type = response.headers.get("content-type") ?? "";
      return { status: response.status, type, text: await response.text() };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new UsageError(
        `GET ${this.url}${path}: ${why}; check that the controller runs at this URL`,
      );
    }
  }
}

async function readToken(file: string): Promise<string> {
  try {
    return (await Deno.readTextFile(file)).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UsageError(`the path "${file}" does not exist`);
    }
    throw error;
  }
}
