/**
 * Writes the drawings of the RGDs (ResourceGraphDefinitions) into the READMEs of the examples. The command
 * `kro graph` makes the drawings.
 */
import { loadAll } from "js-yaml";
import { main } from "../../src/cli/mod.ts";

/** The path of the folder with the examples. */
const EXAMPLES = new URL("../examples/", import.meta.url).pathname;

/** Matches a drawing in a README, which is a code block in the language Mermaid. */
const DRAWING = /^```mermaid\n[\s\S]*?^```$/gm;

/** An example that has a README. */
export interface Example {
  /** The name of the example's folder. */
  name: string;
  /** The path of the folder, with a slash at its end. */
  folder: string;
  /** The flags that name the CRDs of the example's kinds; empty when Kubernetes serves all kinds. */
  crds: string[];
}

/** Returns the examples in alphabetical order. */
export function examples(): Example[] {
  const names = [...Deno.readDirSync(EXAMPLES)].map(({ name }) => name).sort();
  return names.filter((name) => exists(`${EXAMPLES}${name}/README.md`)).map((name) => {
    const folder = `${EXAMPLES}${name}/`;
    const crds = exists(`${folder}crds`) ? ["--crd", `${folder}crds`] : [];
    return { name, folder, crds };
  });
}

/**
 * Returns the README of an example with current drawings: one for each RGD in `rgd.yaml`, in the order of
 * that file.
 */
export async function readmeOf({ folder, crds }: Example): Promise<string> {
  const rgds = loadAll(await Deno.readTextFile(`${folder}rgd.yaml`)) as {
    metadata: { name: string };
  }[];
  const drawings: string[] = [];
  for (const { metadata: { name } } of rgds) {
    let drawing = "";
    const output = {
      out: (text: string) => void (drawing += text),
      err: (line: string) => console.error(line),
      color: false,
    };
    const code = await main(["graph", "-f", `${folder}rgd.yaml`, ...crds, name], output);
    if (code !== 0) throw new Error(`cannot draw the graph ${name}`);
    drawings.push(drawing);
  }
  const readme = await Deno.readTextFile(`${folder}README.md`);
  return readme.replaceAll(DRAWING, (old) => {
    const drawing = drawings.shift();
    return drawing === undefined ? old : `\`\`\`mermaid\n${drawing}\`\`\``;
  });
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  for (const example of examples()) {
    await Deno.writeTextFile(`${example.folder}README.md`, await readmeOf(example));
  }
}
