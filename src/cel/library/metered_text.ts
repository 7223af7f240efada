/** A string that charges a meter whenever the matcher of a regular expression reads from the string. */
import type { Meter } from "../value/meter.ts";
import { firstIndex } from "./search.ts";

/** The cost of each character that V8's own string search passes over. */
const SKIPPED = 0.5;
/**
 * When a matcher runs the whole compiled pattern for a character, it reads the character three times. Each
 * read is therefore charged a third of the cost of the pattern.
 */
const READS = 3;
/** The cost of running one instruction of a compiled pattern for one character. */
const INSTRUCTION = 3;
/** The cost of advancing to the next character, expressed as a number of instructions. */
const ADVANCE = 12;
/** The number of reads that are charged together. Charging for each single read would make reading slower. */
const BATCH = 32;

/**
 * Returns the maximum cost of matching one character. The cost grows with the number of instructions of the
 * compiled pattern.
 */
export function characterCost(instructions: number): number {
  return (instructions + ADVANCE) * INSTRUCTION;
}

/**
 * A string that charges for each character that the matcher of a compiled pattern reads. A match that fails
 * or succeeds after a few characters is therefore cheap. The charge for a character grows with the number of
 * instructions of the pattern. `findAll` searches several times, and each search is charged for the
 * characters that it reads. Kubernetes instead charges the length of the string times the length of the
 * pattern, before the match.
 */
export class MeteredText extends String {
  readonly #text: string;
  readonly #meter: Meter;
  readonly #cost: number;
  #reads = 0;
  #uncharged = 0;

  /**
   * Creates a string for one match.
   *
   * @param instructions The number of instructions of the compiled pattern.
   */
  constructor(text: string, instructions: number, meter: Meter) {
    super(text);
    this.#text = text;
    this.#meter = meter;
    this.#cost = characterCost(instructions) / READS;
  }

  /**
   * Begins a search, and sets the maximum charge for all reads of the search: the cost of running the whole
   * compiled pattern once for each character.
   */
  begin(): void {
    this.#uncharged = (this.#text.length + 1) * this.#cost * READS;
  }

  /**
   * Reads one UTF-16 unit. Every {@link BATCH} reads, the meter is charged for the whole batch, until the
   * maximum charge of the search is reached.
   */
  override charCodeAt(index: number): number {
    if (++this.#reads % BATCH === 0 && this.#uncharged > 0) {
      this.#meter.charge(BATCH * this.#cost);
      this.#uncharged -= BATCH * this.#cost;
    }
    return this.#text.charCodeAt(index);
  }

  /**
   * Searches for a literal part of the pattern. Charges for the length of the part, and for the characters
   * before the first occurrence or, without an occurrence, for all characters.
   */
  override indexOf(part: string, from = 0): number {
    const found = firstIndex(this.#text, part, from, this.#meter);
    const read = Math.max(0, (found < 0 ? this.#text.length : found) - from) + part.length;
    this.#meter.charge(read * SKIPPED);
    return found;
  }
}
