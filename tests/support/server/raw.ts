/** Sends raw bytes to kro's HTTP endpoint. */

/** Reads from the connection until the server closes it, and returns the received text. */
export async function untilClosed(connection: Deno.Conn): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(4096);
  for (;;) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) return text;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
}

/**
 * Opens a connection, sends the text, and returns all that the server sends until it closes the connection.
 */
export async function rawAnswer(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(text));
  return await untilClosed(connection);
}
