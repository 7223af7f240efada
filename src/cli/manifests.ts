/** Reads manifests from files, folders and standard input, as `kubectl -f` does. */
import {
  apiVersionOf,
  didYouMean,
  type GroupVersionKind,
  gvkKey,
  isObject,
  type KubeObject,
  type ResourceGraphDefinition,
  RGD_KIND,
  servedKind,
} from "../api/mod.ts";
import { systemReason, UsageError } from "./errors.ts";
import { Positions } from "./positions.ts";
import { readFileBytes, readStdin } from "./read_file.ts";
import { parseDocuments } from "./yaml.ts";

/** An object that was read from a file, with its place in the file. */
export interface Manifest {
  /** The object that was read. */
  object: KubeObject;
  /** The path of the file; `<stdin>` for standard input. */
  file: string;
  /** The whole content of the file. */
  text: string;
  /** The positions of the values in the file. All objects of the file share one {@link Positions}. */
  positions: Positions;
  /** The index of the YAML document that contains the object, counted from 0. */
  document: number;
  /**
   * The path of the object inside its YAML document: empty for a single object, and `["items", n]` for an
   * item of a List.
   */
  steps: readonly (string | number)[];
}

const EXTENSIONS = /\.(ya?ml|json)$/;

/**
 * Reads all objects of files, folders and standard input (`-`), in the given order. In a folder, the `.yaml`,
 * `.yml` and `.json` files are read in the order of their names; subfolders are ignored. Rejects with
 * UsageError when YAML is invalid, with line and column, and when the files contain no object.
 *
 * @example
 * ```ts
 * import { readManifests } from "./mod.ts";
 *
 * for (const { object, file } of await readManifests(["deploy/examples/httpbin"])) {
 *   console.log(`${file}: ${object.kind} ${object.metadata.name}`);
 * }
 * ```
 */
export async function readManifests(paths: readonly string[]): Promise<Manifest[]> {
  const parsed: Manifest[][] = [];
  for (const path of paths) {
    if (path === "-") {
      parsed.push(parseManifests(await readText(path), fileName(path)));
      continue;
    }
    for (const file of await filesOf(path)) parsed.push(parseManifests(await readText(file), file));
  }
  const manifests = parsed.flat();
  if (manifests.length === 0) throw new UsageError(`no objects found in ${paths.join(", ")}`);
  return manifests;
}

/**
 * Parses the objects of one file. The items of a List are returned as single objects. Throws UsageError for
 * invalid YAML, and for an object without apiVersion, kind or name.
 *
 * @param text The content of the file.
 * @param file The path of the file, which error messages name.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseManifests } from "./mod.ts";
 *
 * const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
 * assert.equal(parseManifests(text, "a.yaml")[0]?.object.kind, "ConfigMap");
 * ```
 */
export function parseManifests(text: string, file: string): Manifest[] {
  const positions = new Positions(text);
  return parseDocuments(text, file).flatMap((content, document) => {
    if (content === null) return [];
    const where = `${file}: document ${document + 1}`;
    const object = checkObject(content, where);
    const items = object.kind === "List" && object.apiVersion === "v1" ? object.items : undefined;
    const from = { file, text, positions, document };
    if (!Array.isArray(items)) return [{ object: named(object, where), ...from, steps: [] }];
    return items.map((item, n) => {
      const place = `${where}: items[${n}]`;
      return { object: named(checkObject(item, place), place), ...from, steps: ["items", n] };
    });
  });
}

async function filesOf(path: string): Promise<string[]> {
  const info = await Deno.stat(path).catch((cause) => {
    if (cause instanceof Deno.errors.NotFound) {
      throw new UsageError(`the path "${path}" does not exist`, { cause });
    }
    if (isDevice(path)) return { isDirectory: false }; // reading it gives the error
    throw cause;
  });
  if (!info.isDirectory) return [path];
  const names: string[] = [];
  for await (const entry of Deno.readDir(path)) {
    if (entry.isFile && EXTENSIONS.test(entry.name)) names.push(entry.name);
  }
  return names.sort().map((name) => `${path.replace(/\/$/, "")}/${name}`);
}

/** Returns the name of a file in messages: `<stdin>` for `-`, which is standard input. */
export function fileName(file: string): string {
  return file === "-" ? "<stdin>" : file;
}

/**
 * Returns the content of a file, or of standard input (`-`). Rejects with UsageError if the file cannot be read
 * or is not UTF-8 text.
 *
 * @param what The content of the file as the error names it, such as `the plan `.
 */
export async function readText(file: string, what = ""): Promise<string> {
  try {
    const bytes = file === "-" ? await readStdin() : await readFileBytes(file);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable && !isDevice(file)) throw cause;
    const why = cause instanceof Deno.errors.NotCapable
      ? "Deno does not permit it; name - for standard input"
      : cause instanceof TypeError
      ? "it is not UTF-8 text"
      : systemReason(cause as Error);
    throw new UsageError(`cannot read ${what}${fileName(file)}: ${why}`, { cause });
  }
}

/** Whether a path is that of a file that Deno lets no program read without --allow-all, such as /dev/stdin. */
function isDevice(path: string): boolean {
  return /^\/(?:dev|proc)\//.test(path);
}

function checkObject(value: unknown, where: string): KubeObject {
  if (!isObject(value)) throw new UsageError(`${where}: expected a Kubernetes object`);
  for (const field of ["apiVersion", "kind"]) {
    if (typeof value[field] !== "string" || value[field] === "") {
      throw new UsageError(`${where}: ${field} is missing or not a string`);
    }
  }
  return value as unknown as KubeObject;
}

function named(object: KubeObject, where: string): KubeObject {
  const metadata: unknown = object.metadata;
  const name = isObject(metadata) ? metadata.name : undefined;
  if (typeof name !== "string" || name === "") {
    throw new UsageError(`${where}: ${object.kind}: metadata.name is missing or not a string`);
  }
  return object;
}

/** Returns the error for an object whose kind no RGD defines. The error suggests a similar kind if there is one. */
export function undefinedKind(
  { object, file }: Pick<Manifest, "object" | "file">,
  rgds: readonly ResourceGraphDefinition[],
): UsageError {
  const { apiVersion, kind } = object;
  return new UsageError(
    `${file}: no ResourceGraphDefinition serves the kind ${kind} in ${apiVersion}: ` +
      undefinedKindHint(kind, rgds),
  );
}

/**
 * Returns the RGD that defines a kind; undefined when none of the RGDs defines the kind. An RGD without a version
 * counts as well, because it is reported as rejected when it is applied.
 */
export function definingRgd(
  kind: GroupVersionKind,
  rgds: readonly ResourceGraphDefinition[],
): ResourceGraphDefinition | undefined {
  return rgds.find((rgd) => {
    const served = servedKind(rgd);
    return served ? gvkKey(served) === gvkKey(kind) : rgd.spec?.schema?.kind === kind.kind;
  });
}

/**
 * Returns a hint for the error about a kind that no RGD defines, such as the name of a similar kind, or the group
 * and version in which an RGD defines the kind.
 */
export function undefinedKindHint(
  kind: string,
  rgds: readonly ResourceGraphDefinition[],
): string {
  const same = rgds.find((rgd) => servedKind(rgd)?.kind === kind);
  if (same) {
    const apiVersion = apiVersionOf(servedKind(same)!);
    return `the ResourceGraphDefinition "${same.metadata.name}" defines ${kind} in ${apiVersion}`;
  }
  const defined = rgds.flatMap((rgd) => servedKind(rgd)?.kind ?? []);
  return didYouMean(kind, [RGD_KIND.kind, ...defined]) ??
    "add the ResourceGraphDefinition that defines it; kubectl applies objects of other kinds";
}
