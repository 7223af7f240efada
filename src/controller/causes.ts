/** Groups the problems of graphs and instances by their cause. */

/** A graph or an instance that has a problem. */
export interface Affected {
  /** The name of the graph. */
  graph: string;
  /** The namespace of the instance; an empty string for cluster-scoped kinds; absent for a graph. */
  namespace?: string;
  /** The name of the instance; absent for a graph. */
  name?: string;
}

/** The cause of a problem that several graphs or instances have in common. */
export interface CauseView {
  /** The message, in which `NAME` and `NAMESPACE` replace the name and the namespace of the instance. */
  cause: string;
  /** The number of graphs and instances that have a problem with this cause. */
  count: number;
  /** The names of the graphs that have this cause, or whose instances have this cause. */
  graphs: string[];
  /** The first 100 graphs and instances that have a problem with this cause. */
  affected: Affected[];
}

/** The maximum number of entries in {@link CauseView.affected}. */
const MAX_AFFECTED = 100;

/** Groups the problems by their cause. The result starts with the most frequent cause. */
export function causesOf(problems: Iterable<Affected & { message: string }>): CauseView[] {
  const causes = new Map<string, CauseView & { names: Set<string> }>();
  for (const { message, ...affected } of problems) {
    const cause = withoutNames(message, affected);
    const known = causes.get(cause) ??
      { cause, count: 0, graphs: [], affected: [], names: new Set<string>() };
    known.count++;
    known.names.add(affected.graph);
    if (known.affected.length < MAX_AFFECTED) known.affected.push(affected);
    causes.set(cause, known);
  }
  return [...causes.values()]
    .sort((a, b) => b.count - a.count || (a.cause < b.cause ? -1 : 1))
    .map(({ names, ...cause }) => ({ ...cause, graphs: [...names].sort() }));
}

/**
 * Replaces the name and the namespace of the instance in a message by placeholders, so that equal problems of
 * different instances have the same message. The name of the instance is also replaced at the start of a
 * longer word, because the name of a child object often starts with the name of its instance.
 */
function withoutNames(message: string, { namespace, name }: Affected): string {
  if (!name) return message;
  return message.replace(/[A-Za-z0-9][\w.-]*/g, (word) => {
    if (word === name) return "NAME";
    if (word === namespace) return "NAMESPACE";
    return word.startsWith(`${name}-`) ? `NAME${word.slice(name.length)}` : word;
  });
}
