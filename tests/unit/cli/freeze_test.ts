/**
 * Tests that kro's libraries work when JavaScript's built-in prototypes are frozen. The tests run
 * in a separate process, because frozen prototypes cannot be unfrozen.
 */
import assert from "node:assert/strict";

const FREEZE = new URL("../../../src/cli/freeze.ts", import.meta.url).href;

/**
 * Freezes the prototypes in a worker, runs the code there, and returns its result. The worker's prototypes
 * are not those of the test.
 */
async function frozen(code: string): Promise<unknown> {
  const module = `
    const { freezePrototypes } = await import("${FREEZE}");
    try {
      self.postMessage({ value: await (async () => { ${code} })() });
    } catch (error) {
      self.postMessage({ error: String(error) });
    }`;
  const url = URL.createObjectURL(new Blob([module], { type: "application/javascript" }));
  const worker = new Worker(url, { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<{ value?: unknown; error?: string }>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(new Error(event.message));
  const { value, error } = await promise;
  worker.terminate();
  URL.revokeObjectURL(url);
  assert.equal(error, undefined);
  return value;
}

Deno.test("a frozen prototype takes no property, and objects still take its names", async () => {
  const value = await frozen(`
    freezePrototypes();
    const refused = [];
    for (const shared of [Object.prototype, Array.prototype, Function.prototype]) {
      for (const name of ["added", "constructor", "toString"]) {
        try { shared[name] = 1; } catch { refused.push(name); }
      }
    }
    const object = {};
    for (const name of ["constructor", "toString", "valueOf", "hasOwnProperty"]) object[name] = 1;
    const call = () => 1;
    call.toString = () => "own";
    return { refused: refused.length, keys: Object.keys(object).length, own: String(call), text: String({}) };
  `);
  assert.deepEqual(value, { refused: 9, keys: 4, own: "own", text: "[object Object]" });
});

const LIBRARIES = ["js-yaml", "hono", "prom-client", "commander", "@logtape/logtape"];

Deno.test("kro's libraries work with frozen prototypes", async () => {
  const imports = LIBRARIES.map((name) => `import("${import.meta.resolve(name)}")`).join(", ");
  const value = await frozen(`
    const [yaml, { Hono }, prom, { Command }, logtape] = await Promise.all([${imports}]);
    freezePrototypes();
    const app = new Hono().get("/a/:b", (c) => c.json({ b: c.req.param("b") }));
    const registry = new prom.Registry();
    const options = { name: "n", help: "h", labelNames: ["l"], registers: [registry] };
    new prom.Counter(options).inc({ l: "x" });
    let flag;
    const command = new Command().option("--flag <v>").action((o) => { flag = o.flag; });
    await command.parseAsync(["--flag", "1"], { from: "user" });
    const lines = [];
    const loggers = [{ category: "a", sinks: ["s"] }, { category: ["logtape", "meta"], sinks: [] }];
    await logtape.configure({ sinks: { s: (r) => lines.push(r.level) }, loggers });
    logtape.getLogger("a").info("x {y}", { y: 1 });
    return {
      yaml: Object.keys(yaml.load("{constructor: 1, toString: 2, __proto__: 3}")).sort().join(),
      http: await (await app.request("/a/1")).text(),
      metrics: (await registry.metrics()).includes('n{l="x"} 1'),
      flag,
      lines: lines.includes("info"),
    };
  `);
  assert.deepEqual(value, {
    yaml: "__proto__,constructor,toString",
    http: '{"b":"1"}',
    metrics: true,
    flag: "1",
    lines: true,
  });
});

Deno.test("the program runs with frozen prototypes", async () => {
  const report =
    "addEventListener('unload', () => console.log('frozen:', Object.isFrozen(Object.prototype)));";
  const main = new URL("../../../main.ts", import.meta.url).pathname;
  const preload = `--preload=data:application/javascript,${encodeURIComponent(report)}`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", preload, main, "version"],
  }).output();
  assert.match(new TextDecoder().decode(stdout), /^frozen: true$/m);
});
