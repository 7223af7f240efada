/** `kro get`: lists graphs and instances, and shows the tree of an instance. */
import { type Command, Option } from "commander";
import {
  apiVersionOf,
  groupKind,
  gvkKey,
  isNotFound,
  type KindRef,
  type KubeObject,
  Label,
  type ObjectRef,
  type ResourceGraphDefinition,
  RGD_KIND,
  servedKind,
} from "../api/mod.ts";
import type { ObjectName } from "../explain/mod.ts";
import type { ListOptions } from "../kube/mod.ts";
import { addClusterFlags } from "./cluster_flags.ts";
import { addCostFlags } from "./cost_flags.ts";
import { Exit, UsageError } from "./errors.ts";
import { featureGatesOption } from "./feature_gates.ts";
import { argument } from "./flag_values.ts";
import { ClusterGraphs, Observer } from "./inspect/observer.ts";
import { graphRows, instanceRows, type TableRows, treeRows } from "./inspect/rows.ts";
import { isInState, parseSortBy, parseState, sorted } from "./inspect/select.ts";
import { checkInstance, existing, kindOf, parseArguments, refTo } from "./inspect/target.ts";
import { watchObjects } from "./inspect/watch.ts";
import { type Output, printObjects, table } from "./output.ts";
import { type ConnectionFlags, openSession, type Session } from "./session.ts";

/** The formats in which `kro get` prints objects. */
const FORMATS = ["table", "wide", "yaml", "json", "name"] as const;

/** The flags of `kro get`. */
export interface GetFlags extends ConnectionFlags {
  /** The output format that `-o` selects. */
  output: typeof FORMATS[number];
  /** Whether the objects of all namespaces are listed, set by `-A`. */
  allNamespaces?: boolean;
  /** A label selector, set by `-l`. */
  selector?: string;
  /** The state of the listed objects in lower case, set by `--state`. */
  state?: string;
  /** The path of the field by which objects are sorted, set by `--sort-by`. */
  sortBy?: (string | number)[];
  /** Whether changes are printed until SIGINT, set by `-w`. */
  watch?: boolean;
}

/** The words in place of KIND with which `kro get` lists the instances of all graphs. */
const ALL_INSTANCES: readonly string[] = ["instance", "instances", "all"];

/** Adds the command `kro get` to the program. */
export function addGetCommand(
  program: Command,
  output: Output,
  done: (code: number) => void,
): void {
  const command = program.command("get")
    .description("list graphs and instances, or show the tree of an instance")
    .argument("[target...]", "graphs, instances, KIND, or KIND NAME; graphs if none is given")
    .addOption(
      new Option("-o, --output <format>", "output format").choices([...FORMATS]).default("table"),
    )
    .option("-A, --all-namespaces", "list instances of all namespaces")
    .option("-l, --selector <labels>", "label selector, such as app=web,tier!=test")
    .addOption(
      new Option("--state <state>", "list only objects in this state, such as ERROR")
        .argParser(argument(parseState)),
    )
    .addOption(
      new Option(
        "--sort-by <field>",
        "name, namespace, age, state, kind, or a path such as .spec.size",
      )
        .argParser(argument(parseSortBy)),
    )
    .option("-w, --watch", "print changes after the list, until SIGINT")
    .option("-n, --namespace <name>", "namespace of instances");
  addClusterFlags(command).addOption(featureGatesOption());
  addCostFlags(command).action(async (target, flags) => done(await get(target, flags, output)));
}

/** Runs `kro get [KIND [NAME]]` and returns the exit code. Sends only requests that read. */
export async function get(
  words: readonly string[],
  flags: GetFlags,
  output: Output,
): Promise<number> {
  const { kind: kindName = "graphs", name } = parseArguments(words);
  if (flags.allNamespaces && flags.namespace) {
    throw new UsageError("-A and -n exclude each other");
  }
  if (name && (flags.allNamespaces || flags.selector || flags.state || flags.sortBy)) {
    throw new UsageError("a name cannot be combined with -A, -l, --state or --sort-by");
  }
  using session = await openSession(flags, output);
  const found = new Found(session, flags, output);
  if (ALL_INSTANCES.includes(kindName.toLowerCase())) {
    if (name) throw new UsageError(`"${kindName}" cannot be combined with a name`);
    return await found.instances();
  }
  const kind = await kindOf(session, kindName);
  if (gvkKey(kind) === gvkKey(RGD_KIND)) return await found.graphs(name);
  return name ? await found.tree(refTo(kind, name, session)) : await found.ofKind(kind);
}

/** Reads and prints the objects of one command. */
class Found {
  readonly #session: Session;
  readonly #flags: GetFlags;
  readonly #output: Output;
  readonly #graphs: ClusterGraphs;
  readonly #observer: Observer;

  constructor(session: Session, flags: GetFlags, output: Output) {
    this.#session = session;
    this.#flags = flags;
    this.#output = output;
    this.#graphs = new ClusterGraphs(session);
    this.#observer = new Observer(session, this.#graphs);
  }

  /** Prints all graphs, or the graph with this name. */
  async graphs(name: string | undefined): Promise<number> {
    const { client } = this.#session;
    const { selector: labelSelector } = this.#flags;
    const table = (rgds: readonly KubeObject[]) =>
      graphRows(rgds as ResourceGraphDefinition[], this.#options());
    if (name) {
      const ref: ObjectRef = { kind: RGD_KIND, name };
      const found = [await existing(this.#session, ref)];
      this.#print(found, RGD_KIND, table);
      return await this.#watch(RGD_KIND, { fieldSelector: `metadata.name=${name}` }, table, found);
    }
    const { items, resourceVersion } = await client.list(RGD_KIND, { labelSelector });
    this.#print(this.#selected(items), RGD_KIND, table);
    return await this.#watch(RGD_KIND, { labelSelector }, table, items, resourceVersion);
  }

  /** Prints the instances of one kind. */
  async ofKind(kind: KindRef): Promise<number> {
    const { client } = this.#session;
    if (!await this.#graphs.isGraphKind(kind)) await this.#warnOfLeftInstances(kind);
    const options = { ...this.#place(kind), labelSelector: this.#flags.selector };
    const { items, resourceVersion } = await client.list(kind, options);
    const table = (instances: readonly KubeObject[]) => this.#instanceRows(instances, kind, false);
    this.#print(this.#selected(items), kind, table);
    return await this.#watch(kind, options, table, items, resourceVersion);
  }

  /** Prints the instances of all graphs. */
  async instances(): Promise<number> {
    const { client, discovery } = this.#session;
    if (this.#flags.watch) throw new UsageError("-w needs a kind: kro get KIND -w");
    const rgds = await this.#graphs.rgds();
    const lists = await Promise.all(rgds.map(async (rgd) => {
      const gvk = servedKind(rgd);
      const kind = gvk && await discovery.resolve(gvk);
      if (!kind) return [];
      const options = { ...this.#place(kind), labelSelector: this.#flags.selector };
      try {
        return (await client.list(kind, options)).items;
      } catch (error) {
        // The CRD was deleted after discovery had listed it.
        if (isNotFound(error)) return [];
        throw error;
      }
    }));
    const all = this.#selected(lists.flat());
    this.#print(all, undefined, (objects) => this.#instanceRows(objects, undefined, true));
    return Exit.ok;
  }

  /** Prints the tree of an instance. */
  async tree(ref: ObjectRef): Promise<number> {
    const instance = await existing(this.#session, ref);
    await checkInstance(this.#graphs, ref, instance);
    const { output: format } = this.#flags;
    if (format === "yaml" || format === "json") {
      this.#print([instance], ref.kind, () => ({ header: [], rows: [] }));
    } else {
      await this.#printTree(ref, instance, format === "name");
    }
    if (!this.#flags.watch) return Exit.ok;
    const { resourceVersion = "" } = instance.metadata;
    const options = { namespace: ref.namespace, fieldSelector: `metadata.name=${ref.name}` };
    const changes = watchObjects(this.#session.client, ref.kind, options, resourceVersion);
    for await (const { object, isDeleted } of changes) {
      if (isDeleted) return Exit.ok;
      this.#output.out("\n");
      await this.#printTree(ref, object, format === "name");
    }
    return Exit.ok;
  }

  async #printTree(ref: ObjectRef, instance: KubeObject, isNames: boolean): Promise<void> {
    const observed = await this.#observer.observe(ref, instance);
    if (observed.problems.length > 0) {
      for (const problem of observed.problems) this.#output.err(`warning: ${problem}`);
    }
    if (!isNames) {
      const { header, rows } = treeRows(observed, this.#options());
      return this.#output.out(table(header, rows, this.#output.width));
    }
    const objects = (observed.observation?.nodes ?? []).flatMap((node) => node.objects);
    const names = [instance, ...objects.map(objectOf)].map(nameLine);
    this.#output.out(names.map((line) => `${line}\n`).join(""));
  }

  /** Prints objects in the format of `-o`. */
  #print(
    objects: readonly KubeObject[],
    kind: KindRef | undefined,
    tableOf: (objects: readonly KubeObject[]) => TableRows,
  ): void {
    const { output: format } = this.#flags;
    if (format === "yaml" || format === "json") {
      this.#output.out(printObjects(objects, format));
      return;
    }
    if (objects.length === 0) return this.#output.err(this.#nothing(kind));
    if (format === "name") {
      this.#output.out(objects.map((object) => `${nameLine(object)}\n`).join(""));
      return;
    }
    const { header, rows } = tableOf(objects);
    this.#output.out(table(header, rows, this.#output.width));
  }

  /** Prints one row for each change, until the process is stopped. Returns at once without `-w`. */
  async #watch(
    kind: KindRef,
    options: ListOptions,
    tableOf: (objects: readonly KubeObject[]) => TableRows,
    listed: readonly KubeObject[],
    resourceVersion?: string,
  ): Promise<number> {
    if (!this.#flags.watch) return Exit.ok;
    const { client } = this.#session;
    const { header, rows } = tableOf(listed);
    const widths = header.map((_, i) =>
      [header, ...rows].reduce((most, row) => Math.max(most, row[i]?.length ?? 0), 0)
    );
    const from = resourceVersion ?? (await client.list(kind, options)).resourceVersion;
    for await (const { object } of watchObjects(client, kind, options, from)) {
      if (!isInState(object, this.#flags.state)) continue;
      if (this.#flags.output !== "table" && this.#flags.output !== "wide") {
        this.#print([object], kind, tableOf);
        continue;
      }
      const { rows: [row = []] } = tableOf([object]);
      const cells = row.map((cell, i) => i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0));
      this.#output.out(`${cells.join("   ").trimEnd()}\n`);
    }
    return Exit.ok;
  }

  #selected(objects: readonly KubeObject[]): KubeObject[] {
    const { state, sortBy } = this.#flags;
    return sorted(objects.filter((object) => isInState(object, state)), sortBy);
  }

  #place(kind: KindRef): { namespace?: string } {
    if (!kind.namespaced || this.#flags.allNamespaces) return {};
    return { namespace: this.#session.namespace };
  }

  #options(): { wide: boolean; now: number } {
    return { wide: this.#flags.output === "wide", now: Date.now() };
  }

  #instanceRows(
    objects: readonly KubeObject[],
    kind: KindRef | undefined,
    kinds: boolean,
  ): TableRows {
    const isEverywhere = this.#flags.allNamespaces === true && (kind?.namespaced ?? true);
    return instanceRows(objects, { ...this.#options(), namespaces: isEverywhere, kinds });
  }

  /** Returns kubectl's message for an empty list. */
  #nothing(kind: KindRef | undefined): string {
    const isLocal = (kind?.namespaced ?? true) && !this.#flags.allNamespaces;
    return isLocal
      ? `No resources found in ${this.#session.namespace} namespace.`
      : "No resources found";
  }

  /**
   * Prints a warning if instances of the kind are left from a deleted RGD. Otherwise, rejects with UsageError.
   */
  async #warnOfLeftInstances(kind: KindRef): Promise<void> {
    const labelSelector = `${Label.rgdId},${Label.applySetId}`;
    const options = { ...this.#place(kind), labelSelector, metadataOnly: true };
    const { items } = await this.#session.client.list(kind, options);
    if (items.length === 0) await this.#refuse(kind);
    const version = apiVersionOf(kind);
    this.#output.err(
      `warning: no ResourceGraphDefinition defines the kind ${kind.kind} of ${version}`,
    );
  }

  async #refuse(kind: KindRef): Promise<never> {
    const kinds = (await this.#graphs.rgds()).flatMap((rgd) => servedKind(rgd)?.kind ?? []);
    const known = kinds.length > 0 ? `: kinds of graphs are ${kinds.sort().join(", ")}` : "";
    throw new UsageError(`${groupKind(kind)} is not the kind of a graph${known}`);
  }
}

/** Returns the name of an object as `kubectl -o name` prints it, such as `deployment.apps/web`. */
function nameLine({ apiVersion, kind, metadata }: KubeObject): string {
  const [group] = apiVersion.includes("/") ? apiVersion.split("/") : [""];
  return `${kind.toLowerCase()}${group ? `.${group}` : ""}/${metadata.name}`;
}

function objectOf({ apiVersion, kind, namespace, name }: ObjectName): KubeObject {
  return { apiVersion, kind, metadata: { namespace, name } };
}
