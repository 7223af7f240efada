/** Sends HTTPS requests to a server that is known by its certificate. */
import { X509Certificate } from "node:crypto";
import { request } from "node:http";
import { connect, type TLSSocket } from "node:tls";

/** A response of the endpoint. */
export interface EndpointResponse {
  /** The HTTP status code. */
  status: number;
  /** The value of the header Content-Type; an empty string when the header is missing. */
  type: string;
  /** The body. */
  text: string;
}

/**
 * Sends a GET request to a server that must have exactly the given certificate. The certificate need not
 * contain the host of the URL, and its authority need not be known. Before the certificate is compared, no
 * byte of the request is sent.
 *
 * @param pem The certificate. If the text contains several certificates, the first one counts, as in the file
 * of a TLS server.
 * @throws {Error} If the server has another certificate, or if the request fails.
 */
export async function getPinned(
  url: URL,
  pem: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<EndpointResponse> {
  const socket = await connectTo(url, new X509Certificate(pem), signal);
  return await new Promise((resolve, reject) => {
    const sent = request(url, {
      // The socket is encrypted already, so the request itself is plain HTTP.
      protocol: "http:",
      createConnection: () => socket,
      headers: { ...headers, connection: "close" },
      signal,
    }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => text += part);
      response.on("error", reject);
      const { statusCode: status = 0, headers: { "content-type": type = "" } } = response;
      response.on("end", () => resolve({ status, type, text }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** Connects to the host of a URL. Ends the connection if the server has another certificate. */
function connectTo(url: URL, wanted: X509Certificate, signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: Number(url.port || 443),
      // Without an explicit list, Deno would read the authorities of the system, for which the executable of
      // the image has no permission.
      ca: wanted.toString(),
      // The comparison below replaces the verification of the authority and of the host name.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
    const stop = () => socket.destroy(new Error("the connection timed out"));
    signal.addEventListener("abort", stop, { once: true });
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      signal.removeEventListener("abort", stop);
      const { raw } = socket.getPeerCertificate();
      if (raw && wanted.raw.equals(raw)) return resolve(socket);
      socket.destroy();
      reject(new Error("the server has another certificate"));
    });
  });
}
