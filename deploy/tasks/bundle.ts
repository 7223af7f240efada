/** The task `deno task bundle`: bundles the whole program into one minified file, `dist/kro.js`. */
const root = new URL("../..", import.meta.url).pathname;

/**
 * Code at the start of the bundle. It defines the function `require`, with which CommonJS libraries load
 * Node's modules. Deno's bundler is meant to define `require`, but its definition is lost when the minifier
 * renames a helper of the bundler to a name with a `$`.
 */
const PRELUDE = 'import{createRequire as kroCreateRequire}from"node:module";' +
  "const require=kroCreateRequire(import.meta.url);\n";

/** Bundles `main.ts` into `dist/kro.js` and returns the path of the bundle. */
export async function bundle(): Promise<string> {
  const out = `${root}dist/kro.js`;
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", "--platform", "deno", "-o", out, "main.ts"],
    cwd: root,
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("deno bundle failed; its output is above");
  await Deno.writeTextFile(out, PRELUDE + await Deno.readTextFile(out));
  return out;
}

if (import.meta.main) {
  const out = await bundle();
  const { size } = await Deno.stat(out);
  console.log(`${out} (${(size / 1024).toFixed(0)} KiB)`);
}
