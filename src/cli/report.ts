/** Reports the result for each object: progress on stderr, the final result on stdout. */
import { apiVersionOf, type KubeObject, type ObjectRef } from "../api/mod.ts";
import type { NodeOutcome, ObjectOutcome } from "../reconcile/mod.ts";
import { type Format, type Output, paint, printObjects, table } from "./output.ts";
import { nameOf } from "./session.ts";

/** A row of the final table. */
export interface Row {
  /** Kind of the object. */
  kind: string;
  /** Its namespace. */
  namespace: string;
  /** Its name. */
  name: string;
  /** Id of the node that created it. */
  node: string;
  /** The action of the reconcile on a node's object, or the state of an RGD or instance. */
  result: string;
}

/** Collects and prints the results of one command. */
export class Report {
  readonly #output: Output;
  readonly #rows = new Map<string, Row>();
  readonly #printed = new Map<string, string>();
  readonly #objects = new Map<string, KubeObject>();
  #failed = false;

  /** Writes to `output`: progress to stderr, and the result to stdout at {@link print}. */
  constructor(output: Output) {
    this.#output = output;
  }

  /** Whether any object failed. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Prints the state of an object, unless the last printed line of this object is the same. */
  progress(ref: ObjectRef, state: string, reason = ""): void {
    const key = nameOf(ref);
    const line = `${key}: ${paint(this.#output, state)}${reason ? `: ${reason}` : ""}`;
    if (this.#printed.get(key) === line) return;
    this.#printed.set(key, line);
    this.#output.err(line);
  }

  /** Records the actions of a pass on its nodes' objects. `unchanged` does not replace an earlier action. */
  nodes(nodes: readonly NodeOutcome[]): void {
    for (const node of nodes) {
      for (const object of node.objects) this.#object(object, node.id);
    }
  }

  /** Records deleted objects. */
  removed(objects: readonly ObjectOutcome[]): void {
    for (const object of objects) this.#object(object, "");
  }

  /** Records the result of an RGD or instance, and the object for `-o yaml` and `-o json`. */
  ended(ref: ObjectRef, result: string, object?: KubeObject, failed = false): void {
    const { kind, namespace = "", name } = ref;
    this.#rows.set(nameOf(ref), { kind: kind.kind, namespace, name, node: "", result });
    if (object) this.#objects.set(nameOf(ref), object);
    if (failed) this.#failed = true;
  }

  /** Prints a table of all results, or the recorded objects as YAML or JSON. */
  print(format: Format): void {
    if (format !== "table") {
      this.#output.out(printObjects([...this.#objects.values()].map(withoutManagedFields), format));
      return;
    }
    const rows = [...this.#rows.values()];
    if (rows.length === 0) return;
    const header = ["KIND", "NAMESPACE", "NAME", "NODE", "RESULT"];
    this.#output.out(
      table(header, rows.map((r) => [r.kind, r.namespace, r.name, r.node, r.result])),
    );
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

/** The object without managed fields, which kubectl omits as well. */
function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Returns a reference to the object of a manifest; `namespace` is for objects without one. */
export function refOf(object: KubeObject, kind: ObjectRef["kind"], namespace: string): ObjectRef {
  const own = kind.namespaced ? object.metadata.namespace ?? namespace : undefined;
  return { kind, namespace: own, name: object.metadata.name! };
}

/** Whether an object has this kind, in exactly this version. */
export function isOfKind(
  object: KubeObject,
  kind: { group: string; version: string; kind: string },
): boolean {
  return object.kind === kind.kind && object.apiVersion === apiVersionOf(kind);
}
