/**
 * Checks the layers of `src`. Each folder of `src` is a room, which may import only the rooms below
 * it, and only through their `mod.ts`. Files must not import each other in a cycle.
 */
import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";

/** The rooms that each room may import. */
const allowed: Record<string, readonly string[]> = {
  api: [],
  openapi: ["api"],
  cel: ["api", "openapi"],
  simpleschema: ["api", "openapi"],
  graph: ["api", "openapi", "cel", "simpleschema"],
  reconcile: ["api", "openapi", "cel", "graph"],
  explain: ["api", "openapi", "cel", "graph", "reconcile"],
  kube: ["api"],
  clusters: ["api", "openapi", "cel", "graph", "reconcile", "kube"],
  publish: ["api", "openapi", "graph", "reconcile", "kube", "clusters"],
  controller: [
    "api",
    "openapi",
    "cel",
    "graph",
    "reconcile",
    "explain",
    "kube",
    "clusters",
    "publish",
  ],
  server: ["api", "reconcile", "explain", "controller"],
  cli: [
    "api",
    "openapi",
    "graph",
    "reconcile",
    "explain",
    "kube",
    "clusters",
    "publish",
    "controller",
    "server",
  ],
};

/**
 * The files and folders that each file or folder inside a room may import. A folder stands for all files in
 * it. A file that is not listed, such as the room's `mod.ts`, may import all files and folders of its room.
 */
const inside: Record<string, Record<string, readonly string[]>> = {
  clusters: { "interner.ts": [], drift: [], cache: ["interner.ts", "drift"] },
  controller: {
    "causes.ts": [],
    "changes.ts": ["view.ts"],
    "defaults.ts": [],
    "definition.ts": [],
    "health.ts": [],
    "event_loop.ts": ["queue"],
    "heap.ts": [],
    "options.ts": ["lease", "metrics"],
    "revisions_view.ts": ["definition.ts"],
    queue: [],
    "view.ts": ["causes.ts", "definition.ts", "health.ts"],
    "watch_failures.ts": [],
    "sweeps.ts": ["queue"],
    lease: [],
    metrics: ["heap.ts", "queue"],
    observe: ["view.ts"],
    instances: ["queue", "health.ts", "view.ts", "metrics", "observe"],
    graphs: [
      "queue",
      "causes.ts",
      "definition.ts",
      "health.ts",
      "view.ts",
      "watch_failures.ts",
      "metrics",
      "observe",
      "instances",
    ],
  },
};

/**
 * The only files that may import each other in a cycle, because their functions are mutually
 * recursive.
 */
const recursive = ["cel/check/", "cel/evaluate/", "cel/estimate/", "graph/compare"];

/**
 * The files of the commands `kro controller` and `kro dashboard`, which are the only files in `cli` that may
 * import the room `controller`.
 */
const operator = ["cli/controller.ts", "cli/controller_flags.ts", "cli/dashboard.ts"];

/** Rooms that must not use I/O, clocks or environment variables. */
const pure = ["api", "openapi", "cel", "simpleschema", "graph", "reconcile", "explain"];

const root = new URL("../../src", import.meta.url).pathname;

function* sources(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(path)) yield path;
  }
}

/**
 * Returns the paths in a file's static imports, dynamic imports and re-exports. Imports in comments
 * are ignored.
 */
function imports(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)"([^"]+)"/g;
  return [...code.matchAll(pattern)].map((m) => m[1]!);
}

/**
 * Returns the forbidden imports of a file: imports of a room that the file's room may not import, and imports
 * that bypass the `mod.ts` of another room.
 */
function importViolations(file: string): string[] {
  const own = relative(root, file).split("/")[0]!;
  const violations: string[] = [];
  for (const specifier of imports(Deno.readTextFileSync(file))) {
    if (!specifier.startsWith(".")) continue;
    const target = relative(root, join(dirname(file), specifier));
    const [room, ...rest] = target.split("/");
    if (room === own) continue;
    const where = `${relative(root, file)} imports ${target}`;
    if (!allowed[own]!.includes(room!)) violations.push(`${where}: ${own} may not use ${room}`);
    else if (rest.join("/") !== "mod.ts") violations.push(`${where}: go through ${room}/mod.ts`);
  }
  return violations;
}

/** Returns a file's imports of other files in its room that {@link inside} does not permit. */
function insideViolations(file: string): string[] {
  const [room, ...rest] = relative(root, file).split("/");
  const parts = inside[room!];
  const own = rest[0]!;
  // A file that is not listed may import every file of its room.
  if (!parts || parts[own] === undefined) return [];
  return localImports(file).flatMap((target) => {
    const [targetRoom, part] = target.split("/");
    if (targetRoom !== room || part === own || parts[own]!.includes(part!)) return [];
    return [`${relative(root, file)} imports ${target}`];
  });
}

/** Returns the TypeScript files below `src` that a file imports. */
function localImports(file: string): string[] {
  return imports(Deno.readTextFileSync(file))
    .filter((specifier) => specifier.startsWith(".") && /\.tsx?$/.test(specifier))
    .map((specifier) => relative(root, join(dirname(file), specifier)));
}

function importGraph(): Map<string, string[]> {
  return new Map([...sources(root)].map((file) => [relative(root, file), localImports(file)]));
}

/**
 * Returns the import cycles: the strongly connected components with more than one file, by Tarjan's
 * algorithm. Each is sorted.
 */
function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string) => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const target of graph.get(file) ?? []) {
      if (!index.has(target)) visit(target);
      else if (!stack.includes(target)) continue;
      low.set(file, Math.min(low.get(file)!, low.get(target)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const component = stack.splice(stack.indexOf(file));
    if (component.length > 1) cycles.push(component.sort());
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return cycles;
}

Deno.test("a room imports only the rooms below it, through their mod.ts", () => {
  assert.deepEqual([...sources(root)].flatMap(importViolations), []);
});

Deno.test("files and folders of a room import only the siblings they may", () => {
  assert.deepEqual([...sources(root)].flatMap(insideViolations), []);
});

Deno.test("every file and folder listed in `inside` exists", () => {
  for (const [room, parts] of Object.entries(inside)) {
    for (const part of Object.keys(parts)) assert.ok(Deno.statSync(join(root, room, part)), part);
  }
});

Deno.test("one-shot commands do not import the operator", () => {
  for (const [file, targets] of importGraph()) {
    if (!file.startsWith("cli/") || operator.includes(file)) continue;
    assert.ok(!targets.includes("controller/mod.ts"), file);
    // `cli/program.ts` is exempt, because it adds both commands to the list of commands.
    if (file === "cli/program.ts") continue;
    assert.deepEqual(targets.filter((target) => operator.includes(target)), [], file);
  }
});

Deno.test("no files import each other in a cycle, except mutually recursive ones", () => {
  const cycles = cyclesOf(importGraph()).filter((cycle) =>
    !recursive.some((prefix) => cycle.every((file) => file.startsWith(prefix)))
  );
  assert.deepEqual(cycles, []);
});

Deno.test("the cycle search finds an import cycle and accepts a diamond", () => {
  const cycle = new Map([["a", ["b"]], ["b", ["c"]], ["c", ["a"]], ["d", ["a"]]]);
  assert.deepEqual(cyclesOf(cycle), [["a", "b", "c"]]);
  const diamond = new Map([["a", ["b", "c"]], ["b", ["d"]], ["c", ["d"]], ["d", []]]);
  assert.deepEqual(cyclesOf(diamond), []);
});

Deno.test("every room is listed in `allowed` and has a mod.ts", () => {
  const rooms = [...Deno.readDirSync(root)].filter((e) => e.isDirectory).map((e) => e.name);
  assert.deepEqual(rooms.sort(), Object.keys(allowed).sort());
  for (const room of rooms) assert.ok(Deno.statSync(join(root, room, "mod.ts")).isFile, room);
});

Deno.test("api, openapi, cel, simpleschema, graph, reconcile and explain do no I/O and read no clock", () => {
  const forbidden = /\bDeno\.|\bfetch\(|\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/;
  const violations = pure.flatMap((room) =>
    [...sources(join(root, room))].filter((file) => {
      const code = Deno.readTextFileSync(file).replace(/\/\*[\s\S]*?\*\//g, "");
      return forbidden.test(code.replace(/\/\/.*$/gm, ""));
    })
  );
  assert.deepEqual(violations.map((f) => relative(root, f)), []);
});

/**
 * The only files that assign variables of their module: the state of the browser tab, the permissions of the
 * process, and V8's function `gc`, which exists once.
 */
const variables = [
  "cli/confine.ts",
  "controller/heap.ts",
  "server/page/api.ts",
  "server/page/stream.ts",
];

Deno.test("no file has module-level variables, except those of the whole process or browser tab", () => {
  const found = [...sources(root)].filter((file) =>
    /^(export )?(let|var) /m.test(Deno.readTextFileSync(file))
  );
  assert.deepEqual(found.map((file) => relative(root, file)).sort(), variables);
});

Deno.test("only files are imported dynamically: the bundler leaves out packages", () => {
  const violations = [...sources(root)].filter((file) => {
    const code = Deno.readTextFileSync(file).replace(/\/\*[\s\S]*?\*\//g, "");
    return /\bimport\(\s*"[^.]/.test(code);
  });
  assert.deepEqual(violations.map((file) => relative(root, file)), []);
});

Deno.test("the import scan finds static imports, dynamic imports and re-exports", () => {
  const text = 'import a from "./a.ts";\nexport * from "./b.ts";\nawait import("./c.ts");\n' +
    '// import "./no.ts"\nimport type { X } from\n  "./d.ts";';
  assert.deepEqual(imports(text), ["./a.ts", "./b.ts", "./c.ts", "./d.ts"]);
});

Deno.test("only the commands, the browser's page and the kubeconfig use YAML", () => {
  const importers = [...sources(root)].filter((file) =>
    /from "js-yaml"/.test(Deno.readTextFileSync(file))
  ).map((file) => relative(root, file)).filter((file) => !/^(?:cli|server\/page)\//.test(file));
  assert.deepEqual(importers, ["kube/kubeconfig.ts"]);
});
