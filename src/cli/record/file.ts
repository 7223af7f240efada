/** The file format of records. */
import {
  type Json,
  jsonEqual,
  type KindRef,
  type KubeObject,
  plainKind,
  type ResourceGraphDefinition,
  VERSION,
} from "../../api/mod.ts";
import type { RecordedCall } from "../../clusters/mod.ts";
import type { CompileOptions, CostLimits } from "../../graph/mod.ts";
import { type KindInfo, type SchemaSource, snapshotSource } from "../../openapi/mod.ts";
import type { NodeOutcome } from "../../reconcile/mod.ts";
import { UsageError } from "../errors.ts";
import { fileName, readText } from "../manifests.ts";
import { sealed, unsealed } from "../sealed.ts";
import { writePrivate } from "../write_file.ts";

/** The API version of records. */
export const RECORD_API = "record.kro.run/v1";

/** A kind that the graph of a record uses. */
export interface RecordedKind extends KindRef {
  /** The schema of the kind; absent when it equals the schema that is built into kro. */
  schema?: KindInfo["schema"];
}

/** A recorded pass over one instance. */
export interface RecordFile {
  /** The API version of the format. */
  apiVersion: typeof RECORD_API;
  /** Always `Record`. */
  kind: "Record";
  /** The version of kro that made the record. */
  kroVersion: string;
  /** The time of the pass, in RFC 3339 format. The replay uses the same time. */
  time: string;
  /** The RGD from whose spec the graph was compiled. */
  rgd: ResourceGraphDefinition;
  /** The kinds against which the RGD was compiled. */
  kinds: RecordedKind[];
  /** The settings of the pass. */
  settings: {
    /** The options of the compilation, which contain the feature gates. */
    compile: CompileOptions;
    /** The limits of the cost of CEL expressions. */
    costs: CostLimits;
    /** The number of the graph revision. */
    revision: number;
    /** Whether the RGD is suspended. */
    suspended: boolean;
    /** The identity of the process that labeled the instance. */
    podId: string;
  };
  /** The instance as the pass read it. */
  instance: KubeObject;
  /** The calls of the pass with their answers. */
  calls: RecordedCall[];
  /**
   * The ids of the nodes whose results differ in a replay, because they depend on values of Secrets, which
   * the record replaces.
   */
  unreproducible: string[];
  /** The nodes after the recorded pass. */
  nodes: NodeOutcome[];
}

/** Returns a kind as a record stores it: without the schema if kro has the same schema built in. */
export async function recordedKind(kind: KindInfo): Promise<RecordedKind> {
  const known = await snapshotSource().resolve(kind);
  const isBuiltIn = known !== undefined &&
    jsonEqual(known.schema as unknown as Json, kind.schema as unknown as Json);
  return { ...plainKind(kind), ...(!isBuiltIn && { schema: kind.schema }) };
}

/** Returns a source of the kinds and schemas that a record contains. */
export function schemasOf({ kinds }: RecordFile): SchemaSource {
  return {
    resolve: async ({ group, version, kind }) => {
      const found = kinds.find((k) =>
        k.group === group && k.version === version && k.kind === kind
      );
      if (!found) return undefined;
      const schema = found.schema ?? (await snapshotSource().resolve(found))?.schema;
      return schema && { ...found, schema };
    },
  };
}

/** Returns the text of a record with its digest. */
export function recordText(record: RecordFile): string {
  return sealed(record);
}

/** Writes a record to a file that only its owner may read. Throws UsageError when the write fails. */
export function writeRecord(path: string, record: RecordFile): void {
  writePrivate(path, "record", recordText(record));
}

/** Reads the record of a file, or of standard input (`-`), as {@link parseRecord} does. */
export async function readRecord(path: string): Promise<RecordFile> {
  return parseRecord(await readText(path), fileName(path));
}

/** Whether a text is a record. Also true for a record that a user has edited. */
export function isRecord(text: string): boolean {
  return unsealed(text)?.content.kind === "Record";
}

/**
 * Parses a record. Throws UsageError when the text is not a record, was edited, or was written by another
 * version of kro.
 *
 * @param file The path of the file, which error messages name.
 * @param options With `anyVersion`, the record may come from another version of kro. The objects of such a record
 * are usable, but its pass cannot be repeated.
 */
export function parseRecord(
  text: string,
  file: string,
  { anyVersion = false }: { anyVersion?: boolean } = {},
): RecordFile {
  const found = unsealed(text, file);
  const { kind, apiVersion, kroVersion } = found?.content ?? {};
  // The version is compared first, because another version may have another format and another digest.
  if (!found || kind !== "Record" || typeof kroVersion !== "string") throw notRecord(file);
  if (!anyVersion && kroVersion !== VERSION) {
    throw new UsageError(
      `the record ${file} was made by kro ${kroVersion}, but this is kro ${VERSION}: ` +
        "use the version of the record, or record again",
    );
  }
  if (apiVersion !== RECORD_API) throw notRecord(file);
  if (found.isEdited) {
    throw new UsageError(
      `the record ${file} was edited after kro wrote it, so that a replay proves nothing: record again`,
    );
  }
  return found.content as unknown as RecordFile;
}

function notRecord(file: string): UsageError {
  return new UsageError(`${file} is not a record of kro: make one with kro record`);
}
