/** Holds the order of the rooms: imports point downwards only, and only through a room's `mod.ts`. */
import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";

/** What each room may import. */
const allowed: Record<string, readonly string[]> = {
  api: [],
  openapi: ["api"],
  cel: ["api", "openapi"],
  simpleschema: ["api", "openapi"],
  graph: ["api", "openapi", "cel", "simpleschema"],
  reconcile: ["api", "openapi", "cel", "graph"],
  kube: ["api"],
  controller: ["api", "openapi", "cel", "graph", "reconcile", "kube"],
  server: ["api", "reconcile", "controller"],
  cli: ["api", "openapi", "graph", "reconcile", "kube", "controller", "server"],
};

/** Rooms that must stay free of I/O, clocks and the environment. */
const pure = ["api", "openapi", "cel", "simpleschema", "graph", "reconcile"];

const root = new URL("../../src", import.meta.url).pathname;

function* sources(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* sources(path);
    else if (path.endsWith(".ts")) yield path;
  }
}

/** Specifiers of static and dynamic imports and re-exports, comments left out. */
function imports(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)"([^"]+)"/g;
  return [...code.matchAll(pattern)].map((m) => m[1]!);
}

/** Faults of one file: imports of rooms above it, or round another room's mod.ts. */
function importFaults(file: string): string[] {
  const own = relative(root, file).split("/")[0]!;
  const faults: string[] = [];
  for (const specifier of imports(Deno.readTextFileSync(file))) {
    if (!specifier.startsWith(".")) continue;
    const target = relative(root, join(dirname(file), specifier));
    const [room, ...rest] = target.split("/");
    if (room === own) continue;
    const where = `${relative(root, file)} imports ${target}`;
    if (!allowed[own]!.includes(room!)) faults.push(`${where}: ${own} may not use ${room}`);
    else if (rest.join("/") !== "mod.ts") faults.push(`${where}: go through ${room}/mod.ts`);
  }
  return faults;
}

Deno.test("imports point downwards only, through mod.ts", () => {
  assert.deepEqual([...sources(root)].flatMap(importFaults), []);
});

Deno.test("every room is known to this test and has a mod.ts", () => {
  const rooms = [...Deno.readDirSync(root)].filter((e) => e.isDirectory).map((e) => e.name);
  assert.deepEqual(rooms.sort(), Object.keys(allowed).sort());
  for (const room of rooms) assert.ok(Deno.statSync(join(root, room, "mod.ts")).isFile, room);
});

Deno.test("graph and what is below it do no I/O and read no clock", () => {
  const forbidden = /\bDeno\.|\bfetch\(|\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/;
  const faults = pure.flatMap((room) =>
    [...sources(join(root, room))].filter((file) => {
      const code = Deno.readTextFileSync(file).replace(/\/\*[\s\S]*?\*\//g, "");
      return forbidden.test(code.replace(/\/\/.*$/gm, ""));
    })
  );
  assert.deepEqual(faults.map((f) => relative(root, f)), []);
});

Deno.test("the import scan sees static, dynamic and re-exporting imports", () => {
  const text = 'import a from "./a.ts";\nexport * from "./b.ts";\nawait import("./c.ts");\n' +
    '// import "./no.ts"\nimport type { X } from\n  "./d.ts";';
  assert.deepEqual(imports(text), ["./a.ts", "./b.ts", "./c.ts", "./d.ts"]);
});
