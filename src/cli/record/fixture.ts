/** Uses records as fixtures of `kro test` and `kro render`: their RGD, their instance and their objects. */
import {
  apiVersionOf,
  isObject,
  type Json,
  type KubeObject,
  type ObjectMeta,
} from "../../api/mod.ts";
import { isOwnKey } from "../../explain/mod.ts";
import { readText } from "../manifests.ts";
import { isRecord, parseRecord, type RecordFile } from "./file.ts";

/**
 * Reads a file if it is a record; returns undefined for another file and for a folder. The record may come from
 * another version of kro. Rejects with UsageError when the record was edited.
 */
export async function recordAt(path: string): Promise<RecordFile | undefined> {
  if (!path.endsWith(".json")) return undefined;
  const text = await readText(path);
  return isRecord(text) ? parseRecord(text, path, { anyVersion: true }) : undefined;
}

/** Returns the instance of a record as its author applied it, without status. */
export function instanceOf({ instance }: RecordFile): KubeObject {
  const { status: _, ...authored } = instance;
  return withoutIdentity(authored as KubeObject);
}

/**
 * Returns the objects that the recorded pass read, each once, without the metadata that the API server and
 * kro set. Values of Secrets are replaced by HMACs.
 */
export function objectsOf({ calls, kinds, instance }: RecordFile): KubeObject[] {
  const known = new Set(kinds.map((kind) => `${apiVersionOf(kind)} ${kind.kind}`));
  const found = new Map<string, KubeObject>();
  const add = (value: unknown) => {
    if (!isObject(value) || !isObject(value.metadata)) return;
    const object = value as unknown as KubeObject;
    const { apiVersion, kind, metadata: { namespace = "", name } } = object;
    const key = `${apiVersion} ${kind} ${namespace}/${name}`;
    const isInstance = kind === instance.kind && apiVersion === instance.apiVersion;
    if (isInstance || !known.has(`${apiVersion} ${kind}`) || found.has(key)) return;
    found.set(key, withoutIdentity(object));
  };
  // Lists of metadata are left out, because they contain no whole objects. Answers to applies come last,
  // because they contain the object after the apply; they are used only for objects that no read returned.
  const whole = calls.filter(({ request }) => !request.startsWith("listMembersLive"));
  for (const { request, answer } of whole) {
    if (!request.startsWith("apply")) listOf(answer).forEach(add);
  }
  for (const { request, answer } of whole) {
    if (!request.startsWith("apply") || !isObject(answer)) continue;
    if (answer.action !== "created") add(answer.object);
  }
  return [...found.values()];
}

function listOf(answer: Json | undefined): Json[] {
  return Array.isArray(answer) ? answer : answer === undefined ? [] : [answer];
}

function withoutIdentity(object: KubeObject): KubeObject {
  const { name, namespace, labels, annotations } = object.metadata;
  const metadata: ObjectMeta = {
    name,
    ...(namespace !== undefined && { namespace }),
    ...authored("labels", labels),
    ...authored("annotations", annotations),
  };
  return { ...object, metadata };
}

function authored(field: "labels" | "annotations", map: Record<string, string> = {}): ObjectMeta {
  const kept = Object.entries(map).filter(([key]) => !isOwnKey(key));
  return kept.length > 0 ? { [field]: Object.fromEntries(kept) } : {};
}
