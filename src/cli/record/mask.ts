/** Replaces the values of Secrets in the recorded calls of a pass. */
import {
  isObject,
  type Json,
  type KubeObject,
  Label,
  type ObjectRef,
  parseGvk,
  refKey,
  withoutAnswer,
} from "../../api/mod.ts";
import { apiErrorOf, type ClusterRecorder, type RecordedCall } from "../../clusters/mod.ts";
import { SecretMask } from "../../explain/mod.ts";
import type { Graph, Node } from "../../graph/mod.ts";

/** The facts that decide which values of a pass come from Secrets. */
export interface MaskedPass {
  /** The graph of the instance. */
  graph: Graph;
  /** The instance. */
  ref: ObjectRef;
  /** Returns the replacement of a secret value. */
  hide: (value: Json) => string;
  /**
   * Whether the instance is an object of another instance, whose graph computed it from values of Secrets.
   */
  isConfidential: boolean;
}

/** Returns the calls of the pass, with the values of Secrets replaced. */
export function maskedCalls(
  { calls, applies }: Pick<ClusterRecorder, "calls" | "applies">,
  { graph, ref, hide, isConfidential }: MaskedPass,
): RecordedCall[] {
  const mask = new SecretMask(graph, hide, isConfidential);
  const applied = new Map(
    applies.map(({ ref, desired }) => [nameOf(desired, ref.namespace), nodeOf(desired, graph)]),
  );
  const own = `${ref.kind.group}/${ref.kind.kind} ${ref.namespace ?? ""}/${ref.name}`;
  const object = (value: KubeObject): KubeObject => {
    const name = nameOf(value, value.metadata.namespace);
    if (name === own) return mask.instance(value);
    return mask.object(value, applied.get(name) ?? nodeOf(value, graph));
  };
  const confidentialRequests = new Set(
    applies.filter(({ desired, ref: { kind } }) =>
      isConfidential || nodeOf(desired, graph)?.confidential || kind.kind === "Secret"
    ).map(({ ref }) => refKey(ref)),
  );
  return calls.map((call) => {
    const { request, answer, error } = call;
    if (error) {
      const isSecret = [...confidentialRequests].some((key) => request.includes(key));
      if (!isSecret) return call;
      const { causes: _, answer: _answer, ...kept } = error;
      return { request, error: { ...kept, message: withoutAnswer(apiErrorOf(error)) } };
    }
    if (answer === undefined) return call;
    return { request, answer: maskedAnswer(answer, object) };
  });
}

/** Masks the objects of an answer: one object, a list of objects, or the result of an apply. */
function maskedAnswer(answer: Json, object: (value: KubeObject) => KubeObject): Json {
  if (Array.isArray(answer)) return answer.map((item) => maskedAnswer(item, object));
  if (!isObject(answer)) return answer;
  if (isObject(answer.metadata)) return object(answer as unknown as KubeObject) as unknown as Json;
  return isObject(answer.object)
    ? { ...answer, object: maskedAnswer(answer.object, object) }
    : answer;
}

/** Returns the node that computed an object, according to the label of the object. */
function nodeOf({ metadata }: KubeObject, graph: Graph): Node | undefined {
  return graph.nodes.get(metadata.labels?.[Label.nodeId] ?? "");
}

function nameOf({ apiVersion, kind, metadata }: KubeObject, namespace = ""): string {
  const group = parseGvk(apiVersion, kind)?.group ?? "";
  return `${group}/${kind} ${namespace}/${metadata.name}`;
}
