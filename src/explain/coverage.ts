/** Measures which nodes and which results of expressions in a graph the unit tests have reached. */
import { type Evaluation, fromCel, type Program } from "../cel/mod.ts";
import type { Expression, Field, Graph, Node } from "../graph/mod.ts";
import type { NodeOutcome } from "../reconcile/mod.ts";

/** The part of a graph to which a {@link CoverageItem} belongs. */
export interface CoveragePlace {
  /** The id of the node; absent for the status. */
  readonly node?: string;
  /** The path of the expression, relative to the node or to the RGD's spec. */
  readonly path?: string;
  /** The expression as its author wrote it. */
  readonly expression?: string;
  /**
   * The position of a conditional in the expression, as an offset in UTF-16 units; absent if the item does
   * not concern a conditional.
   */
  readonly offset?: number;
}

/**
 * An event that should occur in at least one test, such as a false includeWhen, and its place in the graph.
 */
export interface CoverageItem extends CoveragePlace {
  /** The event that should occur in a test, such as `includeWhen is false`. */
  readonly event: string;
  /** Whether the event has occurred in a test. */
  isCovered: boolean;
}

/**
 * The coverage of one graph. These events should occur in the tests: the objects of each node are created or
 * read, each includeWhen is true and is false, each conditional (`? :`) takes both branches, and each forEach
 * has no element, one element and several elements.
 */
export class Coverage {
  /** All items, in the order of the nodes; the items of the status are last. */
  readonly items: CoverageItem[] = [];
  /** A copy of the graph that records its evaluations in {@link items}. */
  readonly graph: Graph;
  readonly #nodes = new Map<string, CoverageItem>();

  /** Creates the coverage of a graph that no test has run yet. */
  constructor(graph: Graph) {
    const nodes = [...graph.nodes].map(([id, node]) => [id, this.#node(node)] as const);
    const { fields, conditions } = graph.status;
    this.graph = {
      ...graph,
      nodes: new Map(nodes),
      status: {
        fields: fields.map((field) => this.#field(field, { path: "schema.status" })),
        conditions: conditions.map((each, i) =>
          this.#traced(each, { path: `schema.status.conditions[${i}]` })
        ),
      },
    };
  }

  /** Records the nodes whose objects a pass has created or read. */
  add(nodes: readonly NodeOutcome[]): void {
    for (const { id, state, objects } of nodes) {
      const item = this.#nodes.get(id);
      if (item && (state === "Ready" || objects.length > 0)) item.isCovered = true;
    }
  }

  #item(place: CoveragePlace, event: string): CoverageItem {
    const item = { ...place, event, isCovered: false };
    this.items.push(item);
    return item;
  }

  #node(node: Node): Node {
    const { id } = node;
    const created = this.#item({ node: id }, "the node is created or read");
    this.#nodes.set(id, created);
    return {
      ...node,
      includeWhen: node.includeWhen.map((expression, i) => this.#includeWhen(id, expression, i)),
      forEach: node.forEach.map(({ variable, list }, i) => ({
        variable,
        list: this.#forEach({ node: id, path: `forEach[${i}].${variable}` }, list),
      })),
      readyWhen: node.readyWhen.map((expression, i) =>
        this.#traced(expression, { node: id, path: `readyWhen[${i}]` })
      ),
      fields: node.fields.map((field) => this.#field(field, { node: id, path: "template" })),
    };
  }

  #includeWhen(node: string, expression: Expression, index: number): Expression {
    const place = { node, path: `includeWhen[${index}]`, expression: expression.source };
    const yes = this.#item(place, "includeWhen is true");
    const no = this.#item(place, "includeWhen is false");
    return watched(this.#traced(expression, place), (result) => {
      if (!result.ok) return;
      if (result.value === true) yes.isCovered = true;
      else no.isCovered = true;
    });
  }

  #forEach(place: CoveragePlace, list: Expression): Expression {
    const own = { ...place, expression: list.source };
    const sizes = ["no element", "one element", "several elements"]
      .map((size) => this.#item(own, `forEach has ${size}`));
    return watched(this.#traced(list, place), (result) => {
      const outgoing = result.ok ? fromCel(result.value) : undefined;
      const { length } = outgoing?.ok && Array.isArray(outgoing.value) ? outgoing.value : [];
      if (outgoing?.ok) sizes[Math.min(length, 2)]!.isCovered = true;
    });
  }

  #field<T extends Field>(field: T, { node, path }: CoveragePlace): T {
    const whole = field.path.reduce<string>(
      (text, step) => text + (typeof step === "number" ? `[${step}]` : `.${step}`),
      path ?? "",
    );
    return { ...field, expression: this.#traced(field.expression, { node, path: whole }) };
  }

  /** Returns a copy of the expression that records which branches its conditionals take. */
  #traced<T extends Expression>(expression: T, place: CoveragePlace): T {
    const { source, program } = expression;
    // `offset` is a position in the program's source. The position in `source` is unknown if `source` does
    // not contain the program's source, as may happen when a string has several expressions.
    const start = source.indexOf(program.source);
    const traced = program.traced({
      found: (offset) => {
        const at = start < 0 ? undefined : start + offset;
        const own = { ...place, expression: source, offset: at };
        const yes = this.#item(own, "the condition of ? is true");
        const no = this.#item(own, "the condition of ? is false");
        return (condition) => (condition ? yes : no).isCovered = true;
      },
    });
    return { ...expression, program: traced };
  }
}

/** Returns a copy of the expression that reports the result of each evaluation. */
function watched<T extends Expression>(expression: T, report: (result: Evaluation) => void): T {
  const { program } = expression;
  const copy: Program = {
    source: program.source,
    references: program.references,
    type: program.type,
    cost: program.cost,
    evaluate(variables, budget) {
      const result = program.evaluate(variables, budget);
      report(result);
      return result;
    },
    traced: (tracer) => program.traced(tracer),
  };
  return { ...expression, program: copy };
}
