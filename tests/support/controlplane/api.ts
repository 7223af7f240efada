// The API client that starts a control plane and creates the namespaces of tests. Also finds free ports, and
// waits for conditions.

/** A minimal API client that authenticates as one user. */
export class Api implements Disposable {
  readonly #client: Deno.HttpClient;

  constructor(readonly server: string, ca: string, readonly token: string) {
    this.#client = Deno.createHttpClient({ caCerts: [ca] });
  }

  /**
   * Sends one request, and returns the status and body of the response. The status is 0 if the API server
   * sends no response.
   */
  async call(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; text: string }> {
    try {
      const response = await fetch(this.server + path, {
        method,
        client: this.#client,
        headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
        signal: AbortSignal.timeout(30_000),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      return { status: 0, text: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Creates an object; throws an error unless the API server returns status 201. */
  async create(path: string, object: unknown): Promise<void> {
    const { status, text } = await this.call("POST", path, object);
    if (status !== 201) throw new Error(`POST ${path} returned ${status}: ${text}`);
  }

  /** Whether a GET request for the path succeeds. */
  async exists(path: string): Promise<boolean> {
    return (await this.call("GET", path)).status === 200;
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

/**
 * Returns free TCP ports. All ports stay open until the last one is found, so that no port is
 * returned twice.
 */
export function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => addr.port);
  listeners.forEach((listener) => listener.close());
  return ports;
}

/**
 * Polls until `check` returns true. Throws an error after `seconds` seconds. If the promise `gone` rejects
 * earlier, throws the error with which `gone` rejects.
 */
export async function until(
  what: string,
  check: () => Promise<boolean>,
  gone: Promise<never>,
  seconds: number,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!await Promise.race([check(), gone])) {
    if (performance.now() > end) throw new Error(`${what}: not after ${seconds} s`);
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 50)), gone]);
  }
}
