/** Reports what a command did with each object: progress on stderr, and the final result on stdout. */
import { apiVersionOf, type KubeObject, type ObjectRef, RGD_KIND } from "../api/mod.ts";
import type { NodeOutcome, ObjectOutcome } from "../reconcile/mod.ts";
import { type Format, type Output, paint, printObjects, table } from "./output.ts";
import { nameOf } from "./session.ts";

/** One row of the table that shows the results. */
export interface Row {
  /** The kind of the object. */
  kind: string;
  /** The namespace of the object; an empty string for cluster-scoped kinds. */
  namespace: string;
  /** The name of the object. */
  name: string;
  /** The id of the node that created the object; an empty string for an RGD or an instance. */
  node: string;
  /**
   * The result for the object. For an object of a node, the result is what the pass did with the object. For
   * an RGD or an instance, the result is its state.
   */
  result: string;
}

/** Collects and prints the results of one command. */
export class Report {
  readonly #output: Output;
  readonly #rows = new Map<string, Row>();
  readonly #printed = new Map<string, string>();
  readonly #objects = new Map<string, KubeObject>();
  #failures = 0;

  /**
   * Creates an empty report. Progress is written to stderr immediately, and the results are written to stdout
   * by {@link print}.
   */
  constructor(output: Output) {
    this.#output = output;
  }

  /** Whether some RGD or instance has failed. */
  get failed(): boolean {
    return this.#failures > 0;
  }

  /** The number of failures of RGDs and instances so far. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * Prints the state of an object. Prints nothing if the line is equal to the last line that was printed for
   * the object.
   */
  progress(ref: ObjectRef, state: string, reason = ""): void {
    const key = nameOf(ref);
    const line = `${key}: ${paint(this.#output, state)}${reason ? `: ${reason}` : ""}`;
    if (this.#printed.get(key) === line) return;
    this.#printed.set(key, line);
    this.#output.err(line);
  }

  /**
   * Records what a pass did with the objects of its nodes. If an earlier pass recorded another result for an
   * object, such as `created`, the later result `unchanged` does not replace it.
   */
  nodes(nodes: readonly NodeOutcome[]): void {
    for (const node of nodes) {
      for (const object of node.objects) this.#object(object, node.id);
    }
  }

  /** Records objects that a pass deleted. */
  removed(objects: readonly ObjectOutcome[]): void {
    for (const object of objects) this.#object(object, "");
  }

  /**
   * Records the final result of an RGD or an instance. `-o yaml` and `-o json` print `object`, which is the object
   * before its deletion if it was deleted.
   */
  ended(ref: ObjectRef, result: string, object?: KubeObject, failed = false): void {
    const { kind, namespace = "", name } = ref;
    this.#rows.set(nameOf(ref), { kind: kind.kind, namespace, name, node: "", result });
    if (object) this.#objects.set(nameOf(ref), object);
    if (failed) this.#failures += 1;
  }

  /** Whether {@link ended} has recorded the final result of the RGD or instance. */
  hasEnded(ref: ObjectRef): boolean {
    return this.#rows.has(nameOf(ref));
  }

  /** Prints the table of all results, or the recorded objects as YAML or JSON. */
  print(format: Format): void {
    if (format !== "table") {
      this.#output.out(printObjects([...this.#objects.values()], format));
      return;
    }
    const rows = [...this.#rows.values()];
    if (rows.length === 0) return;
    const header = ["KIND", "NAMESPACE", "NAME", "NODE", "RESULT"];
    const cells = rows.map((r) => [r.kind, r.namespace, r.name, r.node, r.result]);
    this.#output.out(table(header, cells, this.#output.width));
  }

  #object({ apiVersion, kind, namespace = "", name, action }: ObjectOutcome, node: string): void {
    const key = `${apiVersion} ${kind} ${namespace}/${name}`;
    const before = this.#rows.get(key);
    if (before && action === "unchanged") return;
    this.#rows.set(key, {
      kind,
      namespace,
      name,
      node: node || before?.node || "",
      result: action,
    });
  }
}

/**
 * Returns a reference to the object of a manifest.
 *
 * @param namespace The namespace to use if the object is namespaced and has no namespace itself.
 */
export function refOf(object: KubeObject, kind: ObjectRef["kind"], namespace: string): ObjectRef {
  const own = kind.namespaced ? object.metadata.namespace ?? namespace : undefined;
  return { kind, namespace: own, name: object.metadata.name! };
}

/** Returns a reference to an RGD. */
export function rgdRef(rgd: KubeObject): ObjectRef {
  return { kind: RGD_KIND, name: rgd.metadata.name! };
}

/** Returns whether the kind and the version of an object are exactly those of `kind`. */
export function isOfKind(
  object: KubeObject,
  kind: { group: string; version: string; kind: string },
): boolean {
  return object.kind === kind.kind && object.apiVersion === apiVersionOf(kind);
}
