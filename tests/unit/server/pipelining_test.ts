/** Tests the queue of requests that a client sends without waiting for the responses. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { RequestQueues } from "../../../src/server/pipelining.ts";

const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

Deno.test("the requests of a closed connection are not parsed any more", async () => {
  const queues = new RequestQueues(40);
  let parsed = 0;
  let served = 0;
  const server = createServer((request, response) => {
    parsed++;
    void queues.run(request.socket, response, () => {
      served++;
      return Promise.resolve();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: "127.0.0.1", port }).on("error", () => {});
  socket.resume().write(REQUEST.repeat(1000));
  await once(socket, "close");
  assert.deepEqual({ parsed, served }, { parsed: 42, served: 1 });
  server.close();
  await once(server, "close");
});
