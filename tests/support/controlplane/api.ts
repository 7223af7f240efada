// The launcher's own calls to the API server during the start.

/** Calls the API server as one user. */
export class Api implements Disposable {
  readonly #client: Deno.HttpClient;

  constructor(readonly server: string, ca: string, readonly token: string) {
    this.#client = Deno.createHttpClient({ caCerts: [ca] });
  }

  /** Status and body of one call; status 0 without a response. */
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

  /** Creates an object; throws on any status except 201. */
  async create(path: string, object: unknown): Promise<void> {
    const { status, text } = await this.call("POST", path, object);
    if (status !== 201) throw new Error(`POST ${path} returned ${status}: ${text}`);
  }

  /** Whether a GET succeeds. */
  async exists(path: string): Promise<boolean> {
    return (await this.call("GET", path)).status === 200;
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

/** Two or more free ports. All of them stay open until the last is chosen, so that they differ. */
export function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => addr.port);
  listeners.forEach((listener) => listener.close());
  return ports;
}

/** Polls until `check` holds; throws when `gone` resolves or the time is over. */
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
