/** Finds the kind and the object that the arguments of a command name. */
import {
  ApiError,
  didYouMean,
  groupKind,
  gvkKey,
  type KindRef,
  type KubeObject,
  Label,
  type ObjectRef,
  refText,
  type ResourceGraphDefinition,
  RGD_KIND,
} from "../../api/mod.ts";
import { MissingObject, UsageError } from "../errors.ts";
import { plural } from "../../graph/mod.ts";
import type { Report } from "../report.ts";
import { listRgds, type Session } from "../session.ts";
import type { ClusterGraphs } from "./observer.ts";

/** The names of the kind ResourceGraphDefinition that commands accept in addition to those of discovery. */
const GRAPH_NAMES: readonly string[] = ["graph", "graphs", "rgds"];

/** Reports whether a word names the kind ResourceGraphDefinition, without asking the cluster. */
export function isGraphName(word: string): boolean {
  const [name = ""] = word.toLowerCase().split(".");
  return [...GRAPH_NAMES, "rgd", "resourcegraphdefinition", "resourcegraphdefinitions"].includes(
    name,
  );
}

/** Parses the arguments `KIND NAME` or `KIND/NAME`. Throws UsageError for any other form. */
export function parseArguments(words: readonly string[]): { kind?: string; name?: string } {
  const [first, second, ...rest] = words;
  const [kind, name, ...more] = (first ?? "").split("/");
  const isBad = rest.length > 0 || more.length > 0 || name === "" ||
    (name !== undefined && second !== undefined) || (first !== undefined && kind === "");
  if (isBad) throw new UsageError(`"${words.join(" ")}" is not KIND, KIND NAME or KIND/NAME`);
  return { kind: kind || undefined, name: name ?? second };
}

/** Parses the arguments `KIND NAME` or `KIND/NAME`. Throws UsageError for any other form. */
export function parseObject(words: readonly string[]): { kind: string; name: string } {
  const { kind, name } = parseArguments(words);
  if (kind && name) return { kind, name };
  throw new UsageError(
    `"${words.join(" ")}" is a kind without a name: write ${kind}/NAME; ` +
      `kro get ${kind} lists the names`,
  );
}

/**
 * Parses the arguments `KIND/NAME [SUBJECT]` or `KIND NAME [SUBJECT]`. Throws UsageError for any other form.
 */
export function parseSubject(
  words: readonly string[],
): { kind: string; name: string; subject?: string } {
  const count = words[0]?.includes("/") ? 1 : 2;
  const target = parseObject(words.slice(0, count));
  const [subject, ...more] = words.slice(count);
  if (more.length === 0) return { ...target, subject };
  throw new UsageError(
    `"${words.join(" ")}" is not KIND/NAME [SUBJECT] or KIND NAME [SUBJECT]`,
  );
}

/**
 * Looks up a kind by its kind, plural, singular or short name, with or without the group, such as `deploy` or
 * `deployments.apps`. Rejects with UsageError, which suggests a name, when the cluster serves no such kind.
 */
export async function kindOf(session: Session, name: string): Promise<KindRef> {
  const { discovery } = session;
  if (GRAPH_NAMES.includes(name.toLowerCase())) return RGD_KIND;
  const found = await discovery.byName(name);
  if (found) return found;
  await refuseUnserved(session, name);
  const kinds = await discovery.kinds();
  // The function `didYouMean` compares only the first 200 names. Kinds of groups with a dot, such as kro.run,
  // come first, because most of them are kinds of CRDs.
  const names = [
    ...new Set(
      kinds.toSorted((a, b) => Number(b.group.includes(".")) - Number(a.group.includes(".")))
        .flatMap(({ plural, singular }) => [plural, singular]),
    ),
  ];
  const hint = didYouMean(name.toLowerCase(), ["graphs", "instances", ...names]);
  throw new UsageError(
    `the cluster has no kind "${name}": ${hint ?? "kubectl api-resources lists the kinds"}`,
  );
}

/** Rejects with UsageError when an RGD defines the kind, but the cluster does not serve the kind yet. */
async function refuseUnserved(session: Session, name: string): Promise<void> {
  let rgds: ResourceGraphDefinition[];
  try {
    rgds = await listRgds(session);
  } catch (error) {
    // If RGDs cannot be read, the caller reports only that the kind is unknown.
    if (error instanceof ApiError || error instanceof UsageError) return;
    throw error;
  }
  const [wanted] = name.toLowerCase().split(".");
  const rgd = rgds.find(({ spec }) => {
    const kind = spec?.schema?.kind ?? "";
    return [kind.toLowerCase(), plural(kind.toLowerCase())].includes(wanted!);
  });
  if (!rgd) return;
  const graph = rgd.metadata.name;
  throw new UsageError(
    `the cluster does not serve the kind ${rgd.spec?.schema?.kind} of the graph "${graph}": ` +
      `kro why graph/${graph} says why`,
  );
}

/** Returns the reference to an object of the kind, in the namespace of the session. */
export function refTo(kind: KindRef, name: string, { namespace }: Session): ObjectRef {
  return { kind, name, ...(kind.namespaced && { namespace }) };
}

/**
 * Reads an object. Rejects with MissingObject when the object does not exist. The error suggests a name, a
 * namespace, or the command that lists the names.
 */
export async function existing(session: Session, ref: ObjectRef): Promise<KubeObject> {
  const object = await session.client.get(ref);
  if (object) return object;
  throw new MissingObject(
    `${refText(ref)} does not exist in the cluster; ${await nearName(session, ref)}`,
  );
}

/**
 * Returns those of the objects that exist. Each other object is printed as an error with a suggestion, and
 * fails the report.
 */
export async function existingOnes(
  session: Session,
  refs: readonly ObjectRef[],
  report: Report,
): Promise<ObjectRef[]> {
  const found = await Promise.all(refs.map(async (ref) => {
    try {
      await existing(session, ref);
      return ref;
    } catch (error) {
      if (!(error instanceof MissingObject)) throw error;
      session.output.err(`error: ${error.message}`);
      report.ended(ref, "not found", undefined, true);
      return undefined;
    }
  }));
  return found.filter((ref) => ref !== undefined);
}

async function nearName(session: Session, ref: ObjectRef): Promise<string> {
  const { kind, namespace, name } = ref;
  const isGraph = gvkKey(kind) === gvkKey(RGD_KIND);
  const list = (place: string) =>
    `kro get ${isGraph ? "graphs" : kind.plural}${place} lists the names`;
  const here = namespace === undefined ? "" : ` -n ${namespace}`;
  try {
    const { items } = await session.client.list(kind, { namespace, metadataOnly: true });
    const hint = didYouMean(name, items.map(({ metadata }) => metadata.name ?? ""));
    if (hint || namespace === undefined) return hint ?? list(here);
    const fieldSelector = `metadata.name=${name}`;
    const all = await session.client.list(kind, { fieldSelector, metadataOnly: true });
    const [other] = all.items;
    if (other) return `the namespace ${other.metadata.namespace} has it: use -n`;
    return list(items.length > 0 ? here : " -A");
  } catch (error) {
    if (error instanceof ApiError) return list(here);
    throw error;
  }
}

/**
 * Checks that the kind of an object is the kind of a graph's instances. Rejects with UsageError otherwise. The
 * message names the instance to which the object belongs, if the labels of the object name one.
 */
export async function checkInstance(
  graphs: ClusterGraphs,
  ref: ObjectRef,
  object: KubeObject,
): Promise<void> {
  if (isLabeled(object) || await graphs.rgdOf(ref.kind)) return;
  const { labels = {} } = object.metadata;
  const { [Label.instanceKind]: kind, [Label.instanceName]: name, [Label.nodeId]: node } = labels;
  if (kind && name && node) {
    const namespace = labels[Label.instanceNamespace];
    const at = namespace && namespace !== ref.namespace ? ` -n ${namespace}` : "";
    throw new UsageError(
      `${refText(ref)} is an object of node "${node}": kro why ${kind}/${name} ${node}${at}`,
    );
  }
  const known = (await graphs.rgds()).map(({ spec }) => spec?.schema.kind ?? "").filter(Boolean);
  const kinds = known.length > 0 ? `: kinds of graphs are ${known.sort().join(", ")}` : "";
  throw new UsageError(`${groupKind(ref.kind)} is not the kind of a graph${kinds}`);
}

/** Reports whether kro has labeled the object as an instance, even if the RGD no longer exists. */
function isLabeled({ metadata: { labels = {} } }: KubeObject): boolean {
  return labels[Label.rgdId] !== undefined && labels[Label.applySetId] !== undefined;
}
