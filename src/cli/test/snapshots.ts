/** Compares objects with snapshots, which are files with the expected objects, and updates the snapshots. */
import { dirname } from "node:path";
import type { KubeObject } from "../../api/mod.ts";
import { parseManifests } from "../manifests.ts";
import { readTextFile } from "../read_file.ts";
import { writeFile } from "../write_file.ts";
import { toYaml } from "../yaml.ts";
import { snapshotMismatches } from "./expectations.ts";
import { pathFrom } from "./graphs.ts";
import type { Simulation } from "./simulation.ts";

/** The snapshots of one run. */
export class Snapshots {
  readonly #isUpdate: boolean;
  /** The paths of the snapshots that this run has written. */
  readonly written: string[] = [];

  /**
   * Creates the object without reading a file.
   *
   * @param isUpdate Whether to write a snapshot that is missing or differs from the objects. If false, the
   * differences are reported.
   */
  constructor(isUpdate: boolean) {
    this.#isUpdate = isUpdate;
  }

  /** Returns one message for each difference between the snapshot and the objects. */
  async check(
    testFile: string,
    snapshot: string,
    objects: readonly KubeObject[],
    simulation: Simulation,
  ): Promise<string[]> {
    if (/^\/|(^|\/)\.\.(\/|$)/.test(snapshot)) {
      return ["the file must be in the folder of the test file or below"];
    }
    const path = pathFrom(testFile, snapshot);
    const known = await readSnapshot(path);
    const found = known
      ? snapshotMismatches(known, objects, simulation)
      : [`${path} does not exist; run kro test --update to write it`];
    if (found.length === 0 || !this.#isUpdate) return found;
    if (this.written.includes(path)) {
      return [`${path} is the snapshot of several steps, and the objects of the steps differ`];
    }
    await Deno.mkdir(dirname(path), { recursive: true });
    writeFile(path, objects.map(toYaml).join("---\n"));
    this.written.push(path);
    return [];
  }
}

/** Returns the objects of a snapshot; undefined when the file does not exist. */
async function readSnapshot(path: string): Promise<KubeObject[] | undefined> {
  try {
    return parseManifests(await readTextFile(path), path).map(({ object }) => object);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
