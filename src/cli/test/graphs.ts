/** Compiles the RGDs that test files use. Tests with the same files share the compiled graphs. */
import { dirname, isAbsolute, join } from "node:path";
import {
  CRD_KIND,
  type KubeObject,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../../api/mod.ts";
import type { CompileOptions } from "../../graph/mod.ts";
import { type Beyond, builtIn, compileSet, type Verdict } from "../compile_set.ts";
import { findingsOf, findingText } from "../findings.ts";
import { firstOf, type SchemaSource } from "../../openapi/mod.ts";
import { type Manifest, parseManifests, readManifests } from "../manifests.ts";
import { schemasOf } from "../record/file.ts";
import { instanceOf, objectsOf as objectsOfRecord, recordAt } from "../record/fixture.ts";
import { isOfKind } from "../report.ts";
import { unknownFields } from "../unknown_fields.ts";
import { toYaml } from "../yaml.ts";
import { TestError } from "./simulation.ts";

/** A compiled RGD with its place in a file. */
export interface TestedGraph extends Verdict {
  /** The manifest of the RGD. */
  manifest: Manifest;
}

/** Reads and compiles RGDs. */
export class GraphLoader {
  readonly #options: CompileOptions;
  readonly #beyond: Beyond = builtIn();
  readonly #compiled = new Map<string, Promise<TestedGraph[]>>();
  /** The warnings about fields that do not exist, of all RGDs that were compiled. */
  readonly warnings: string[] = [];

  /** Creates a loader that has read no file yet. */
  constructor(options: CompileOptions) {
    this.#options = options;
  }

  /**
   * Returns the compiled RGDs of files and folders. Rejects with TestError if the files contain no RGD.
   *
   * @param from The path of the test file. The paths of RGDs and CRDs are relative to its folder.
   */
  load(
    from: string,
    graphs: readonly string[],
    crds: readonly string[] = [],
  ): Promise<TestedGraph[]> {
    const paths = [graphs, crds].map((some) => some.map((path) => pathFrom(from, path)));
    const key = JSON.stringify(paths);
    const known = this.#compiled.get(key) ?? this.#compile(paths[0]!, paths[1]!);
    this.#compiled.set(key, known);
    return known;
  }

  async #compile(graphs: readonly string[], crds: readonly string[]): Promise<TestedGraph[]> {
    const { manifests, source } = await this.#read(graphs);
    const further = crds.length > 0 ? await readManifests(crds) : [];
    const rgds = manifests.filter(({ object }) => isOfKind(object, RGD_KIND));
    if (rgds.length === 0) {
      throw new TestError(`there is no ResourceGraphDefinition in ${graphs.join(", ")}`);
    }
    const verdicts = await compileSet(
      rgds.map(({ object }) => object as ResourceGraphDefinition),
      [...manifests, ...further].map(({ object }) => object).filter((o) => isOfKind(o, CRD_KIND)),
      { ...this.#beyond, source },
      this.#options,
    );
    for (const [i, { rgd }] of verdicts.entries()) {
      this.warnings.push(...findingsOf(rgds[i]!, unknownFields(rgd)).map(findingText));
    }
    return verdicts.map((verdict, i) => ({ ...verdict, manifest: rgds[i]! }));
  }

  /** Reads files, folders and records, and returns the source of the kinds that the records contain. */
  async #read(
    paths: readonly string[],
  ): Promise<{ manifests: Manifest[]; source: SchemaSource }> {
    const manifests: Manifest[] = [];
    const sources: SchemaSource[] = [];
    for (const path of paths) {
      const record = await recordAt(path);
      if (record) {
        sources.push(schemasOf(record));
        manifests.push(...parseManifests(toYaml(record.rgd), path));
      } else manifests.push(...await readManifests([path]));
    }
    return { manifests, source: firstOf(...sources, this.#beyond.source) };
  }
}

/** Returns a path that is relative to the test file as a path that is relative to the working directory. */
export function pathFrom(testFile: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(testFile), path);
}

/**
 * Returns the given objects. A string is replaced by the objects of the file with this path. If the file is a
 * record, `part` selects the instance of the record or the objects that the recorded pass read.
 */
export async function objectsOf(
  testFile: string,
  given: readonly (KubeObject | string)[],
  part: "instance" | "objects" = "objects",
): Promise<KubeObject[]> {
  const all = await Promise.all(given.map(async (each) => {
    if (typeof each !== "string") return [each];
    const path = pathFrom(testFile, each);
    const record = await recordAt(path);
    if (record) return part === "instance" ? [instanceOf(record)] : objectsOfRecord(record);
    return (await readManifests([path])).map(({ object }) => object);
  }));
  return all.flat();
}
