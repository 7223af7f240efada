/**
 * Serves the requests of a connection one after another. A client may send many requests without waiting for
 * the responses (HTTP pipelining). If kro handled these requests at the same time, one client could fill kro's
 * memory with responses that it never reads.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";

/**
 * Starts at most one request handler in each turn of the event loop. A response such as the metrics may take
 * many milliseconds. If kro handled the requests of hundreds of connections in one turn, the renewal of its Lease
 * would have to wait for all of them.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves in a turn of the event loop in which no earlier call of this function resolved. */
  next(): Promise<void> {
    return this.#last = this.#last.then(() => setImmediate());
  }
}

/** The requests of one connection that are not answered yet. */
interface Pending {
  /** The number of these requests. The first one is being handled, and the others wait. */
  count: number;
  /** Resolves when the response to the last of these requests is sent. */
  last: Promise<void>;
  /** Ends the wait for the response that is being sent. Called when the connection is closed. */
  end?: () => void;
}

/** Queues the requests of each connection, up to a maximum number of waiting requests in all connections. */
export class RequestQueues {
  readonly #pending = new WeakMap<Socket, Pending>();
  readonly #most: number;
  #waiting = 0;

  /**
   * Creates empty queues.
   *
   * @param most The maximum number of waiting requests in all connections. A connection is closed when one of
   * its requests would have to wait beyond this maximum.
   */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Calls `serve` when the responses to all earlier requests of the connection are sent. Does not call `serve`
   * if the connection is closed before. Resolves when the response to this request is sent. Rejects if `serve`
   * rejects.
   */
  async run(socket: Socket, response: ServerResponse, serve: () => Promise<void>): Promise<void> {
    if (socket.destroyed) return;
    const pending = this.#pendingOf(socket);
    const isWaiting = pending.count > 0;
    if (isWaiting && this.#waiting >= this.#most) return close(socket);
    const before = pending.last;
    const sent = Promise.withResolvers<void>();
    pending.last = sent.promise;
    pending.count++;
    try {
      if (isWaiting) await this.#waited(before);
      if (socket.destroyed) return;
      const finished = new Promise<void>((resolve) => {
        pending.end = resolve;
        response.once("finish", resolve);
      });
      await serve();
      if (!socket.destroyed) await finished;
    } finally {
      pending.count--;
      sent.resolve();
    }
  }

  async #waited(before: Promise<void>): Promise<void> {
    this.#waiting++;
    try {
      await before;
    } finally {
      this.#waiting--;
    }
  }

  #pendingOf(socket: Socket): Pending {
    const known = this.#pending.get(socket);
    if (known) return known;
    const pending: Pending = { count: 0, last: Promise.resolve() };
    socket.once("close", () => pending.end?.());
    this.#pending.set(socket, pending);
    return pending;
  }
}

/**
 * Closes a connection, and ignores the requests that kro has received from it. `node:http` would otherwise
 * parse these requests, which takes up to 100 ms for each connection.
 */
function close(socket: Socket): void {
  const { parser } = socket as { parser?: { onIncoming?: () => number } };
  if (parser) parser.onIncoming = () => UPGRADE;
  socket.destroy();
}

/**
 * The result with which the parser's callback `onIncoming` reports a request that changes the protocol of the
 * connection. The parser of Node.js then leaves the following bytes alone (`lib/_http_common.js` of Node.js).
 */
const UPGRADE = 2;
