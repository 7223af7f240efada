/** Collects the coverage of all graphs that the tests of a run use. */
import { Coverage, type CoverageItem } from "../../explain/mod.ts";
import type { Graph } from "../../graph/mod.ts";
import type { NodeOutcome } from "../../reconcile/mod.ts";
import { findingsOf } from "../findings.ts";
import type { Manifest } from "../manifests.ts";
import type { TestedGraph } from "./graphs.ts";

/** The coverage of one RGD. */
export interface GraphCoverage {
  /** The path of the file that contains the RGD. */
  file: string;
  /** The name of the RGD. */
  name: string;
  /** The number of items that tests have reached. An item is an event such as `includeWhen is false`. */
  covered: number;
  /** The number of all items. */
  total: number;
  /** The items that no test has reached, in the order of the nodes. */
  missing: MissingItem[];
}

/** An item that no test has reached. */
export interface MissingItem {
  /** The place of the item, as `file:line:column`. */
  place: string;
  /** The id of the node; absent for the status. */
  node?: string;
  /** The path of the expression. */
  path?: string;
  /** The expression as its author wrote it. */
  expression?: string;
  /** The event that no test has reached, such as `includeWhen is false`. */
  event: string;
}

/** The coverage of all graphs. Test files with the same RGD share the coverage of the RGD. */
export class CoverageReport {
  readonly #graphs = new Map<string, { manifest: Manifest; coverages: Map<Graph, Coverage> }>();

  /** Returns a copy of the graph that records which of its expressions the tests evaluate. */
  observed({ manifest, graph }: TestedGraph & { graph: Graph }): Graph {
    return this.#coverage(manifest, graph).graph;
  }

  /** Records the nodes whose objects a pass has created or read. */
  add({ manifest, graph }: TestedGraph & { graph: Graph }, nodes: readonly NodeOutcome[]): void {
    this.#coverage(manifest, graph).add(nodes);
  }

  /** Returns the coverage of each RGD, in the order in which tests used the RGDs. */
  results(): GraphCoverage[] {
    return [...this.#graphs.values()].map(({ manifest, coverages }) => {
      const items = merged([...coverages.values()]);
      const missing = items.filter(({ isCovered }) => !isCovered);
      return {
        file: manifest.file,
        name: manifest.object.metadata.name!,
        covered: items.length - missing.length,
        total: items.length,
        missing: missing.map((item) => missingItem(manifest, item)),
      };
    });
  }

  #coverage(manifest: Manifest, graph: Graph): Coverage {
    const key = `${manifest.file}\n${manifest.document}\n${manifest.steps.join(".")}`;
    const known = this.#graphs.get(key) ?? { manifest, coverages: new Map() };
    this.#graphs.set(key, known);
    const coverage = known.coverages.get(graph) ?? new Coverage(graph);
    known.coverages.set(graph, coverage);
    return coverage;
  }
}

/**
 * Combines the coverages of one RGD that was compiled several times. An item is covered if it is covered in
 * one of the compiled graphs. All coverages have the same items in the same order.
 */
function merged(coverages: readonly Coverage[]): CoverageItem[] {
  const [first, ...others] = coverages;
  return first!.items.map((item, i) => ({
    ...item,
    isCovered: item.isCovered || others.some(({ items }) => items[i]?.isCovered),
  }));
}

function missingItem(
  manifest: Manifest,
  { node, path, expression, offset, event }: CoverageItem,
): MissingItem {
  const [at] = findingsOf(manifest, [
    { code: "GRAPH", node, path, expression, offset, message: event },
  ]);
  const place = at?.line === undefined ? manifest.file : `${manifest.file}:${at.line}:${at.column}`;
  return { place, node, path, expression, event };
}

/** Formats the coverage of each RGD as text. */
export function coverageText(results: readonly GraphCoverage[]): string {
  return results.flatMap(({ file, name, covered, total, missing }) => [
    `coverage of ${name} in ${file}: ${covered} of ${total} (${percent({ covered, total })} %)`,
    ...missing.map(({ place, node, path, event }) => {
      const where = [node && `node "${node}"`, path].filter(Boolean).join(": ");
      return `  ${place}: ${where}: no test in which ${event}`;
    }),
  ]).map((line) => line + "\n").join("");
}

/** Returns the covered part of all items in percent, rounded down to an integer; 100 without items. */
export function percent({ covered, total }: Pick<GraphCoverage, "covered" | "total">): number {
  return total === 0 ? 100 : Math.floor(100 * covered / total);
}
