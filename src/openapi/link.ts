/**
 * Reads the documents of the API server's `/openapi/v3` endpoint, and links their definitions to one schema
 * for each kind.
 */
import {
  type GroupVersionKind,
  gvkKey,
  isObject,
  type Json,
  type JsonObject,
  type KindRef,
  MAX_DEPTH,
} from "../api/mod.ts";
import { convert } from "./convert.ts";
import { type JsonSize, jsonSize } from "./json_size.ts";
import type { KindInfo, Schema } from "./schema.ts";

/** The OpenAPI document of one API group and version. Only the fields that kro reads are declared. */
export interface OpenApiDocument {
  /** The part of the document that contains the definitions. */
  components?: {
    /**
     * The definitions. The keys are the names of the definitions. The definition of a kind has the extension
     * `x-kubernetes-group-version-kind`.
     */
    schemas?: Record<string, JsonObject>;
  };
}

/**
 * Returns the kinds of a document with their linked schemas. A step of the generator links the schema of one
 * kind. An aggregated API server may send any JSON as its document. Values of other types are ignored.
 *
 * @param resources The kinds to return, as discovery reports them with plural and scope. Kinds that the
 * document does not define are left out.
 */
export function* kindsOfDocument(
  document: unknown,
  resources: readonly KindRef[],
): Generator<void, KindInfo[]> {
  const components = isObject(document) && isObject(document.components) ? document.components : {};
  const definitions = isObject(components.schemas) ? components.schemas : {};
  const linker = new Linker(definitions);
  const roots = rootsOf(definitions);
  const kinds: KindInfo[] = [];
  for (const { group, version, kind, plural, namespaced } of resources) {
    const root = roots.get(gvkKey({ group, version, kind }));
    if (root === undefined) continue;
    kinds.push({ group, version, kind, plural, namespaced, schema: linker.link(root) });
    yield;
  }
  return kinds;
}

/** Returns the name of the definition of each kind. The keys are the {@link gvkKey} strings of the kinds. */
export function rootsOf(definitions: Readonly<Record<string, unknown>>): Map<string, string> {
  const roots = new Map<string, string>();
  for (const [name, definition] of Object.entries(definitions)) {
    if (!isObject(definition)) continue;
    const kinds = definition["x-kubernetes-group-version-kind"];
    for (const gvk of Array.isArray(kinds) ? kinds : []) {
      if (!isObject(gvk)) continue;
      const { group = "", version, kind } = gvk as Partial<GroupVersionKind>;
      if (version && kind) roots.set(gvkKey({ group, version, kind }), name);
    }
  }
  return roots;
}

/**
 * The schema of a definition after its references were replaced by schemas. `parts` contains the name of the
 * definition, and the names of the definitions that it refers to, directly or indirectly.
 */
interface Linked extends JsonSize {
  schema: Schema;
  parts: ReadonlySet<string>;
}

const PREFIX = "#/components/schemas/";

/** The schema in place of a definition that is missing or exceeds a limit. */
const ANY: Linked = {
  schema: { "x-kubernetes-preserve-unknown-fields": true },
  parts: new Set(),
  values: 1,
  depth: 1,
};

/**
 * The maximum number of JSON values in a definition after each reference was replaced by the values of its
 * target. The largest definition of Kubernetes has about 10,000 values.
 */
const MAX_VALUES = 100_000;

/**
 * The maximum work of a linker. The unit is a JSON value that is read, or a name that is added to a set. All
 * definitions of Kubernetes together need about 25,000 units. Without the limit, ten definitions that refer
 * to each other would be linked for several seconds.
 */
const MAX_WORK = 1_000_000;

/**
 * Links definitions: replaces each reference by the schema of the referenced definition. Each definition is
 * linked once, so several kinds share the schema objects of common definitions. A definition that exceeds a
 * limit is replaced by a schema that accepts any value.
 */
export class Linker {
  readonly #definitions: Readonly<Record<string, unknown>>;
  readonly #linked = new Map<string, Linked>();
  readonly #sizes = new Map<string, JsonSize>();
  /**
   * The names of the enclosing definitions, which are not linked completely yet. A reference to an enclosing
   * definition becomes the schema `{ type: "object" }`, which ends the recursion.
   */
  readonly #open = new Set<string>();
  #work = 0;

  /** Creates a linker for the definitions under `components.schemas` of a document. */
  constructor(definitions: Readonly<Record<string, unknown>>) {
    this.#definitions = definitions;
  }

  /**
   * Returns the schema of a definition without references. A missing definition yields a schema that accepts
   * any value.
   */
  link(name: string): Schema {
    return this.#link(name, 0).schema;
  }

  /** Links one definition, which is nested in other definitions at this level. */
  #link(name: string, level: number): Linked {
    if (this.#open.has(name)) {
      return { schema: { type: "object" }, parts: new Set([name]), values: 1, depth: 1 };
    }
    const known = this.#linked.get(name);
    if (known && this.#isClosed(known)) return level + known.depth > MAX_DEPTH ? ANY : known;
    this.#open.add(name);
    const linked = this.#convert(name, level);
    this.#open.delete(name);
    // If `parts` names an enclosing definition, the schema contains `{ type: "object" }` in place of that
    // definition. Such a schema is incomplete outside of the enclosing definition, so it is not stored.
    if (this.#isClosed(linked)) this.#linked.set(name, linked);
    return linked;
  }

  /** Reports whether no part of the definition is an enclosing definition. */
  #isClosed({ parts }: Linked): boolean {
    this.#work += Math.min(parts.size, this.#open.size);
    return this.#open.isDisjointFrom(parts);
  }

  #convert(name: string, level: number): Linked {
    const definition = Object.hasOwn(this.#definitions, name) && this.#definitions[name];
    if (!isObject(definition)) return ANY;
    const parts = new Set([name]);
    let { values, depth } = this.#sizeOf(name, definition);
    this.#work += values;
    const isTooLarge = (more: number) => values + more > MAX_VALUES || this.#work > MAX_WORK;
    if (isTooLarge(0) || level + depth > MAX_DEPTH) return { ...ANY, parts };
    const schema = convert(
      definition,
      (ref, at) => {
        const target = isTooLarge(1) ? ANY : this.#link(ref.replace(PREFIX, ""), at);
        const found = isTooLarge(target.values) ? ANY : target;
        this.#work += 1 + found.parts.size;
        for (const part of found.parts) parts.add(part);
        values += found.values;
        depth = Math.max(depth, at - level + found.depth);
        return found.schema;
      },
      undefined,
      level,
    );
    return { schema, parts, values, depth };
  }

  #sizeOf(name: string, definition: Json): JsonSize {
    let size = this.#sizes.get(name);
    if (!size) this.#sizes.set(name, size = jsonSize(definition, MAX_VALUES));
    return size;
  }
}
