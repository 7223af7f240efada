/** What a command did to each object, and how it ended: the table on stdout, changes on stderr. */
import { apiVersionOf, type KubeObject, type ObjectRef } from "../api/mod.ts";
import type { NodeOutcome, ObjectOutcome } from "../reconcile/mod.ts";
import { type Format, type Output, paint, printObjects, table } from "./output.ts";
import { nameOf } from "./session.ts";

/** One line of the table. */
export interface Row {
  /** Kind of the object. */
  kind: string;
  /** Its namespace. */
  namespace: string;
  /** Its name. */
  name: string;
  /** The node that made it. */
  node: string;
  /** What happened to it, or its state. */
  result: string;
}

/** Collects what happens while a command runs. */
export class Report {
  readonly #output: Output;
  readonly #rows = new Map<string, Row>();
  readonly #said = new Map<string, string>();
  readonly #objects = new Map<string, KubeObject>();
  #failed = false;

  /** Prints progress to the output's stderr. */
  constructor(output: Output) {
    this.#output = output;
  }

  /** True when anything did not get where it should. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Says how an object stands, once for every change. */
  progress(ref: ObjectRef, state: string, reason = ""): void {
    const key = nameOf(ref);
    const line = `${key}: ${paint(this.#output, state)}${reason ? `: ${reason}` : ""}`;
    if (this.#said.get(key) === line) return;
    this.#said.set(key, line);
    this.#output.err(line);
  }

  /** Notes what a pass did to the objects of its nodes; an earlier change is not forgotten. */
  nodes(nodes: readonly NodeOutcome[]): void {
    for (const node of nodes) {
      for (const object of node.objects) this.#object(object, node.id);
    }
  }

  /** Notes objects that went. */
  removed(objects: readonly ObjectOutcome[]): void {
    for (const object of objects) this.#object(object, "");
  }

  /** Notes how an RGD or instance ended, and the object for `-o yaml` and `-o json`. */
  ended(ref: ObjectRef, result: string, object?: KubeObject, failed = false): void {
    const { kind, namespace = "", name } = ref;
    this.#rows.set(nameOf(ref), { kind: kind.kind, namespace, name, node: "", result });
    if (object) this.#objects.set(nameOf(ref), object);
    if (failed) this.#failed = true;
  }

  /** Prints the result. */
  print(format: Format): void {
    if (format !== "table") {
      this.#output.out(printObjects([...this.#objects.values()].map(published), format));
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

/** kubectl leaves managed fields out as well. */
function published(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** How an object is named in the table and in progress when only its manifest is known. */
export function refOf(object: KubeObject, kind: ObjectRef["kind"], namespace: string): ObjectRef {
  const own = kind.namespaced ? object.metadata.namespace ?? namespace : undefined;
  return { kind, namespace: own, name: object.metadata.name! };
}

/** True when an object is of this kind, whatever the version. */
export function isOfKind(
  object: KubeObject,
  kind: { group: string; version: string; kind: string },
) {
  return object.kind === kind.kind && object.apiVersion === apiVersionOf(kind);
}
