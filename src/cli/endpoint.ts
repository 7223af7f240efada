/** Sends requests to the HTTP endpoint of a running controller. */
import { X509Certificate } from "node:crypto";
import { errorText } from "../api/mod.ts";
import { UsageError } from "./errors.ts";
import { readText } from "./manifests.ts";
import { type EndpointResponse, getPinned } from "./pinned_request.ts";

/** The time limit of each request, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** The files that a client of the endpoint needs. */
export interface EndpointFiles {
  /** The path of a file with a bearer token; absent for requests without a token. */
  tokenFile?: string;
  /**
   * The path of a file with the certificate that the server must have; absent if the server's certificate is
   * issued by a public authority.
   */
  certificateFile?: string;
}

/** The HTTP endpoint of a controller. */
export class Endpoint {
  /** The URL without a slash at its end. The paths of the endpoint follow it. */
  readonly url: string;
  /** Whether {@link get} can send a token. */
  readonly hasToken: boolean;
  readonly #token?: string;
  readonly #certificate?: string;

  private constructor(url: string, token: string | undefined, certificate: string | undefined) {
    this.url = url.replace(/\/+$/, "");
    this.hasToken = token !== undefined;
    this.#token = token;
    this.#certificate = certificate;
  }

  /**
   * Reads the files, and sends no request. Rejects with UsageError when the URL is malformed, or when a file
   * cannot be read or used.
   */
  static async open(url: string, { tokenFile, certificateFile }: EndpointFiles): Promise<Endpoint> {
    if (!URL.canParse(url) || !/^https?:/.test(url)) {
      throw new UsageError(`"${url}" is not a URL: write it as http://HOST:PORT`);
    }
    const certificate = certificateFile === undefined
      ? undefined
      : await readCertificate(url, certificateFile);
    const token = tokenFile === undefined ? undefined : await readToken(tokenFile);
    return new Endpoint(url, token, certificate);
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
      const headers: Record<string, string> = withToken && this.#token !== undefined
        ? { authorization: `Bearer ${this.#token}` }
        : {};
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const url = new URL(this.url + path);
      if (this.#certificate !== undefined) {
        return await getPinned(url, this.#certificate, headers, signal);
      }
      const response = await fetch(url, { headers, signal, redirect: "manual" });
      const type = response.headers.get("content-type") ?? "";
      return { status: response.status, type, text: await response.text() };
    } catch (error) {
      const why = errorText(error);
      throw new UsageError(
        `GET ${this.url}${path}: ${why}; check that the controller runs at this URL`,
      );
    }
  }
}

/**
 * Reads the certificate file. Rejects with UsageError when the file contains no certificate, or when the URL is
 * not an HTTPS URL.
 */
async function readCertificate(url: string, file: string): Promise<string> {
  if (new URL(url).protocol !== "https:") {
    throw new UsageError("--certificate-file needs a URL that begins with https:");
  }
  const pem = await readText(file, "the certificate ");
  try {
    new X509Certificate(pem);
  } catch {
    throw new UsageError(`the file "${file}" contains no certificate in PEM format`);
  }
  return pem;
}

/**
 * Reads the token file. Rejects with UsageError when the file contains no token. A text that no HTTP header can
 * contain is refused here, because the error of `fetch` would quote the text.
 */
async function readToken(file: string): Promise<string> {
  const token = (await readText(file, "the token ")).trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new UsageError(
    `the file "${file}" contains no token: a token is one line of ASCII characters without spaces`,
  );
}
