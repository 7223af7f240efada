/**
 * A relay accepts the TCP connections of one client, and connects each of them to the fault proxy's HTTP
 * server. The relay can reset, freeze or break a connection, which the HTTP server itself cannot do.
 */
import net from "node:net";

/**
 * A relayed TCP connection: a socket to the client, and a socket to the fault proxy's HTTP server.
 */
export class Connection {
  readonly #client: net.Socket;
  readonly #server: net.Socket;

  /**
   * Copies bytes between the two sockets until either socket closes; then closes the other socket
   * and calls `ended`.
   */
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

  /** Ends the connection to the client with a TCP reset. Bytes that are still in transit are lost. */
  reset(): void {
    this.#client.resetAndDestroy();
  }

  /**
   * Stops passing bytes in both directions but keeps the connection open, until {@link speak} is
   * called.
   */
  silence(): void {
    this.#client.unpipe(this.#server).pause();
    this.#server.unpipe(this.#client).pause();
  }

  /** Passes bytes again, including the bytes that arrived since {@link silence} was called. */
  speak(): void {
    this.#client.pipe(this.#server);
    this.#server.pipe(this.#client);
  }

  /**
   * Makes the connection half-open: closes the socket to the HTTP server, and leaves the socket to the client
   * open without sending anything.
   */
  strand(): void {
    this.silence();
    this.#server.removeAllListeners("close");
    this.#server.destroy();
  }

  /** Closes the connection without a TCP reset. */
  close(): void {
    this.#client.destroy();
  }
}

/**
 * Listens on a TCP port to which only one client connects, and relays the connections to the fault proxy's
 * HTTP server. The proxy recognizes the client by this port.
 */
export class Relay {
  /** The client's name in the proxy's record. */
  readonly client: string;
  readonly #listener: net.Server;
  readonly #connections = new Map<number, Connection>();

  private constructor(client: string, listener: net.Server, serverPort: number) {
    this.client = client;
    this.#listener = listener;
    listener.on("connection", (socket: net.Socket) => this.#accept(socket, serverPort));
  }

  /**
   * Starts to listen on a free port for the client's connections, which are relayed to the HTTP server on
   * `serverPort`.
   */
  static async open(client: string, serverPort: number): Promise<Relay> {
    const listener = net.createServer({ noDelay: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    listener.once("error", reject);
    listener.listen(0, "127.0.0.1", () => resolve());
    await promise;
    return new Relay(client, listener, serverPort);
  }

  /** The number of the port to which the client connects. */
  get port(): number {
    return (this.#listener.address() as net.AddressInfo).port;
  }

  /** The open connections of the client. */
  get connections(): Connection[] {
    return [...this.#connections.values()];
  }

  /**
   * Returns the connection whose socket to the HTTP server uses this local port number; undefined if it is
   * closed.
   */
  connection(port: number): Connection | undefined {
    return this.#connections.get(port);
  }

  /** Stops listening, and closes all connections of the client. */
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
