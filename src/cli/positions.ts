/** Finds the line and the column of a field in YAML, given the path of the field. */
import { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE } from "js-yaml";

/** A position in a text file. */
export interface Position {
  /** The line, counted from 1. */
  line: number;
  /** The column, counted from 1, in UTF-16 code units. */
  column: number;
}

type Scalar = Parameters<typeof getScalarValue>[1];

/** The position of a value in a YAML document, together with the positions of the values inside of it. */
interface Place {
  /**
   * The offset in the text of the value's key, as in `key: value`. For an item of a list, the offset of the
   * item.
   */
  at: number;
  /** The parsed scalar; absent for mappings and lists. */
  scalar?: Scalar;
  /**
   * The positions of the values inside of this value, by key or index. If this value is an alias such as
   * `*a`, the positions are those of the value with the anchor `&a`.
   */
  below: Map<string, Place>;
}

/** A mapping or list whose end the parser has not reached yet. */
interface Open {
  place: Place;
  isMapping: boolean;
  /** The last parsed key of the mapping; absent when its value has been parsed as well. */
  key?: { name: string; at: number };
}

/**
 * The positions of all values in one YAML text. The text is parsed only once, when the first value is
 * located. A file may have thousands of documents with problems, and parsing it for each problem would be
 * slow.
 */
export class Positions {
  readonly #text: string;
  #documents?: (Place | undefined)[];
  #lineStarts?: number[];

  /**
   * Creates the object, without parsing the text.
   *
   * @param text Valid YAML with one or more documents.
   */
  constructor(text: string) {
    this.#text = text;
  }

  /**
   * Returns the position of a field's key, or of a character in the field's value. If the field does not
   * exist, returns the position of its nearest existing parent. Returns undefined when the document does not
   * exist.
   *
   * @param document The index of the document, counted from 0.
   * @param steps The keys and indexes that lead from the document to the value at which `path` starts.
   * @param path The path of the field, such as `spec.ports[0].port`.
   * @param offset The index of a character in the field's value, if the value is a string.
   */
  locate(
    document: number,
    steps: readonly (string | number)[],
    path: string,
    offset?: number,
  ): Position | undefined {
    this.#documents ??= documentsOf(this.#text);
    const top = this.#documents[document];
    if (!top) return undefined;
    let place = top;
    for (const step of steps) {
      const next = place.below.get(String(step));
      if (!next) return this.at(place.at);
      place = next;
    }
    for (let rest = path; rest !== "";) {
      const step = nextStep(place, rest);
      if (!step) return this.at(place.at);
      [place, rest] = step;
    }
    const inText = offset !== undefined && place.scalar;
    return this.at(inText ? offsetOf(this.#text, inText, offset) : place.at);
  }

  /** Returns the line and column of an offset in the text. */
  at(offset: number): Position {
    const starts = this.#lineStarts ??= lineStartsOf(this.#text);
    // Binary search for the last line that starts at or before the offset.
    let line = 0;
    for (let end = starts.length; end - line > 1;) {
      const middle = (line + end) >> 1;
      if (starts[middle]! <= offset) line = middle;
      else end = middle;
    }
    return { line: line + 1, column: offset - starts[line]! + 1 };
  }
}

function lineStartsOf(text: string): number[] {
  return [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
}

/**
 * Follows one step of a path. In a path, `a.b` may mean a single key or two keys, so the longest matching key
 * is used.
 */
function nextStep(place: Place, path: string): [Place, string] | undefined {
  const quoted = /^\["((?:[^"\\]|\\.)*)"\]/.exec(path);
  const index = quoted ?? /^\[(\d+)\]/.exec(path);
  if (index) {
    const key = quoted ? unquoted(quoted[1]!) : index[1]!;
    const found = place.below.get(key);
    return found && [found, path.slice(index[0].length)];
  }
  const text = path.startsWith(".") ? path.slice(1) : path;
  let best: string | undefined;
  for (const key of place.below.keys()) {
    if (!text.startsWith(key) || !/^(?:$|[.[])/.test(text.slice(key.length))) continue;
    if (best === undefined || key.length > best.length) best = key;
  }
  return best === undefined ? undefined : [place.below.get(best)!, text.slice(best.length)];
}

function unquoted(text: string): string {
  try {
    return JSON.parse(`"${text}"`);
  } catch {
    return text;
  }
}

function documentsOf(text: string): (Place | undefined)[] {
  const documents: (Place | undefined)[] = [];
  const stack: (Open | undefined)[] = [];
  const anchors = new Map<string, Place>();
  const anchor = ({ anchorStart, anchorEnd }: { anchorStart: number; anchorEnd: number }) =>
    anchorStart < 0 ? undefined : text.slice(anchorStart, anchorEnd);

  /**
   * Adds a parsed node to the innermost open mapping or list. In a mapping, the nodes are a key, its value,
   * the next key, and so on.
   */
  const add = (at: number, scalar?: Scalar): Place => {
    const open = stack.at(-1);
    const place: Place = { at: at < 0 ? open?.place.at ?? 0 : at, scalar, below: new Map() };
    if (!open) documents[documents.length - 1] = place;
    else if (!open.isMapping) open.place.below.set(String(open.place.below.size), place);
    else if (!open.key) open.key = { name: scalar ? getScalarValue(text, scalar) : "", at };
    else {
      place.at = open.key.at;
      open.place.below.set(open.key.name, place);
      open.key = undefined;
    }
    return place;
  };
  for (const event of parseEvents(text, {})) {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        documents.push(undefined);
        stack.push(undefined);
        break;
      case EVENT_ID.POP:
        stack.pop();
        break;
      case EVENT_ID.ALIAS:
        add(event.anchorStart - 1).below = anchors.get(anchor(event) ?? "")?.below ?? new Map();
        break;
      case EVENT_ID.SCALAR: {
        const place = add(event.valueStart, event);
        const name = anchor(event);
        if (name !== undefined) anchors.set(name, place);
        break;
      }
      default: {
        const place = add(event.start);
        const name = anchor(event);
        if (name !== undefined) anchors.set(name, place);
        stack.push({ place, isMapping: event.type === EVENT_ID.MAPPING });
      }
    }
  }
  return documents;
}

/**
 * For each quoting style of YAML, a regular expression that matches one character of a string in its
 * escaped form, such as `''` or `\n`.
 */
const WRITTEN: Record<number, RegExp> = {
  [SCALAR_STYLE.SINGLE_QUOTED]: /''|[^]/y,
  [SCALAR_STYLE.DOUBLE_QUOTED]: /\\(?:x..|u.{4}|U.{8}|[^])|[^]/y,
};

/**
 * Converts an offset in a scalar's value to an offset in the YAML text. If the scalar is folded, that is, if
 * YAML joins its lines to one, returns the offset at which the scalar starts.
 */
function offsetOf(text: string, scalar: Scalar, offset: number): number {
  const { valueStart, valueEnd, style, indent } = scalar;
  if (style === SCALAR_STYLE.LITERAL_BLOCK) {
    const lines = getScalarValue(text, scalar).slice(0, offset).split("\n");
    let at = valueStart;
    for (let i = 1; i < lines.length; i++) at = text.indexOf("\n", at) + 1;
    return at + indent + lines.at(-1)!.length;
  }
  const raw = text.slice(valueStart, valueEnd);
  if (style === SCALAR_STYLE.FOLDED_BLOCK) return valueStart + Math.max(0, indent);
  if (raw.includes("\n")) return valueStart;
  const written = WRITTEN[style];
  if (!written) return valueStart + offset;
  const character = new RegExp(written);
  for (let i = 0; i < offset && character.exec(raw); i++);
  return valueStart + (offset === 0 ? 0 : character.lastIndex);
}
