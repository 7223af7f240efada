/** Tests of `kro check`. An HTTP server of the test replaces kro's endpoint. */
import assert from "node:assert/strict";
import { runCommand } from "../../support/command.ts";

/** The HTTP status codes of the responses to the requests of `kro check`. */
interface Answers {
  readyz: number;
  /** The status of `/graphs` for a request without a token. */
  graphs: number;
  /** The status of `/graphs` for a request with the token `secret`. */
  permitted?: number;
}

/**
 * Runs `kro check` with these additional flags. An HTTP server answers its requests with the given status
 * codes.
 */
async function check(answers: Answers, flags: string[] = []) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const hasToken = request.headers.get("authorization") === "Bearer secret";
    const status = pathname === "/readyz"
      ? answers.readyz
      : hasToken
      ? answers.permitted ?? 200
      : answers.graphs;
    return new Response("line 1\nline 2\n", { status });
  });
  try {
    return await runCommand(["check", `http://127.0.0.1:${server.addr.port}`, ...flags]);
  } finally {
    await server.shutdown();
  }
}

Deno.test("kro check succeeds if the controller is ready, and the API responds or refuses", async () => {
  for (const [graphs, line] of [[200, "graphs"], [401, "permitted"], [403, "permitted"]] as const) {
    const { code, stdout, stderr } = await check({ readyz: 200, graphs });
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`^ready\nAPI serves ${line}`));
  }
});

Deno.test("kro check fails with one line if the controller is not ready or the API does not respond", async () => {
  const notReady = await check({ readyz: 503, graphs: 200 });
  assert.equal(notReady.code, 1);
  assert.match(notReady.stderr, /\/readyz responded with 503: line 1 line 2$/);
  assert.equal(notReady.lines, 1);
  const broken = await check({ readyz: 200, graphs: 500 });
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /\/graphs responded with 500/);
});

Deno.test("with --token-file, the API must accept the token of the file", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "secret\n");
    const accepted = await check({ readyz: 200, graphs: 401 }, ["--token-file", file]);
    assert.deepEqual([accepted.code, accepted.stdout], [0, "ready\nAPI serves graphs\n"]);
    const refused = await check({ readyz: 200, graphs: 401, permitted: 403 }, [
      `--token-file=${file}`,
    ]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /\/graphs responded with 403/);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("kro check reports an invalid URL, a missing token file and a missing endpoint in one line", async () => {
  const cases: [args: string[], message: RegExp][] = [
    [["kro:8079"], /"kro:8079" is not a URL: write it as http:\/\/HOST:PORT/],
    [
      ["http://127.0.0.1:1", "--token-file", "/no/token"],
      /cannot read the token \/no\/token: No such file/,
    ],
    [["http://127.0.0.1:1"], /GET http:\/\/127\.0\.0\.1:1\/readyz: .*; check that the controller/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr, lines } = await runCommand(["check", ...args]);
    assert.deepEqual([code, lines], [2, 1], stderr);
    assert.match(stderr, message);
  }
});

Deno.test("kro check reports a file without a usable token in one line, without its content", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/token`;
  const cases: [content: string | Uint8Array | undefined, message: RegExp][] = [
    [undefined, /cannot read the token .*: Is a directory/],
    ["", /contains no token/],
    ["secret\nother\n", /contains no token/],
    ["secret\u00e9", /contains no token/],
    [new Uint8Array([0xff, 0xfe]), /cannot read the token .*: it is not UTF-8 text/],
  ];
  try {
    for (const [content, message] of cases) {
      if (typeof content === "string") await Deno.writeTextFile(file, content);
      else if (content) await Deno.writeFile(file, content);
      const path = content === undefined ? folder : file;
      const { code, stderr, lines } = await runCommand([
        ...["check", "http://127.0.0.1:9", "--token-file", path],
      ]);
      assert.deepEqual([code, lines], [2, 1], stderr);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /secret/);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
