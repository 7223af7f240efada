/** A relay of bytes in front of the proxy's HTTP server: it knows its connections and can break each as TCP does. */
import net from "node:net";

/** One connection of a client, and the relay's own to the HTTP server. */
export class Connection {
  readonly #client: net.Socket;
  readonly #server: net.Socket;

  /** Carries bytes both ways until one side ends. */
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

  /** A reset: what is under way is lost, on both sides. */
  reset(): void {
    this.#client.resetAndDestroy();
  }

  /** Open, and nothing goes either way, until {@link speak}. */
  silence(): void {
    this.#client.unpipe(this.#server).pause();
    this.#server.unpipe(this.#client).pause();
  }

  /** Ends the silence; nothing was lost. */
  speak(): void {
    this.#client.pipe(this.#server);
    this.#server.pipe(this.#client);
  }

  /** Half open: the server's end is gone, and the client is never told. */
  strand(): void {
    this.silence();
    this.#server.removeAllListeners("close");
    this.#server.destroy();
  }

  /** Closes it in order. */
  close(): void {
    this.#client.destroy();
  }
}

/** Where one client connects: its requests carry the door's name in the record. */
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

  /** Where it listens. */
  get port(): number {
    return (this.#listener.address() as net.AddressInfo).port;
  }

  /** All connections that are open. */
  get connections(): Connection[] {
    return [...this.#connections.values()];
  }

  /** The connection whose requests the HTTP server sees come from that port. */
  connection(port: number): Connection | undefined {
    return this.#connections.get(port);
  }

  /** Ends it and all its connections. */
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
