/** A TCP relay in front of the proxy's HTTP server, which can break each of its connections. */
import net from "node:net";

/** One connection of a client, and the relay's own to the HTTP server. */
export class Connection {
  readonly #client: net.Socket;
  readonly #server: net.Socket;

  /** Copies bytes in both directions until one side ends. */
  constructor(client: net.Socket, server: net.Socket, ended: () => void) {
    this.#client = client;
    this.#server = server;
    client.pipe(server);
    server.pipe(client);
    for (const socket of [client, server]) socket.on("error", () => {});
    client.on("close", () => {
      server.destroy();
      ended();
    });
    server.on("close", () => client.destroy());
  }

  /** Resets both sides: bytes in flight are lost. */
  reset(): void {
    this.#client.resetAndDestroy();
  }

  /** Keeps the connection open without passing bytes in either direction until {@link speak}. */
  silence(): void {
    this.#client.unpipe(this.#server).pause();
    this.#server.unpipe(this.#client).pause();
  }

  /** Passes bytes again, including those that were held. */
  speak(): void {
    this.#client.pipe(this.#server);
    this.#server.pipe(this.#client);
  }

  /** Makes the connection half-open: closes the server's side without notice to the client. */
  strand(): void {
    this.silence();
    this.#server.removeAllListeners("close");
    this.#server.destroy();
  }

  /** Closes the connection gracefully. */
  close(): void {
    this.#client.destroy();
  }
}

/** The port of one client, whose name its requests have in the record. */
export class Relay {
  /** The client's name. */
  readonly client: string;
  readonly #listener: net.Server;
  readonly #connections = new Map<number, Connection>();

  private constructor(client: string, listener: net.Server, serverPort: number) {
    this.client = client;
    this.#listener = listener;
    listener.on("connection", (socket: net.Socket) => this.#accept(socket, serverPort));
  }

  /** Listens on a port of its own. */
  static async open(client: string, serverPort: number): Promise<Relay> {
    const listener = net.createServer({ noDelay: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    listener.once("error", reject);
    listener.listen(0, "127.0.0.1", () => resolve());
    await promise;
    return new Relay(client, listener, serverPort);
  }

  /** Its port number. */
  get port(): number {
    return (this.#listener.address() as net.AddressInfo).port;
  }

  /** All open connections. */
  get connections(): Connection[] {
    return [...this.#connections.values()];
  }

  /** The connection that the HTTP server sees with that remote port. */
  connection(port: number): Connection | undefined {
    return this.#connections.get(port);
  }

  /** Closes the port and all its connections. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#listener.close(() => resolve()));
    for (const connection of this.connections) connection.close();
    await closed;
  }

  #accept(client: net.Socket, serverPort: number): void {
    const server = net.connect({ port: serverPort, host: "127.0.0.1", noDelay: true });
    client.on("error", () => {});
    client.pause();
    server.once("connect", () => {
      const port = server.localPort!;
      const connection = new Connection(client, server, () => this.#connections.delete(port));
      this.#connections.set(port, connection);
    });
    server.once("error", () => client.destroy());
  }
}
