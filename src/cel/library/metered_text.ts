/** A string that charges a meter whenever the matcher of a regular expression reads from the string. */
import type { Meter } from "../value/meter.ts";
import { firstIndex } from "./search.ts";

/** The cost of a character that a native search skips. */
const SKIPPED = 0.5;
/** Reads of a matcher for each character, which it advances over with its whole program. */
const READS = 3;
/** The cost of running one instruction for one character. */
const INSTRUCTION = 3;
/** The cost of advancing by one character, in instructions. */
const ADVANCE = 12;
/** The number of reads that are charged together, because a charge for each read would slow down the read. */
const BATCH = 32;

/**
 * Returns the maximum cost of matching one character. The cost grows with the number of instructions of the
 * program.
 */
export function characterCost(instructions: number): number {
  return (instructions + ADVANCE) * INSTRUCTION;
}

/**
 * Charges each character that a program reads by the size of the program. Kubernetes instead charges the
 * length of the string times the length of the pattern before the match. With the charges of this class, a
 * match that the first characters decide is cheap, and a `findAll` is charged again for each match that reads
 * the same characters.
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
   * @param instructions The size of the program that reads the string.
   */
  constructor(text: string, instructions: number, meter: Meter) {
    super(text);
    this.#text = text;
    this.#meter = meter;
    this.#cost = characterCost(instructions) / READS;
  }

  /** Begins a search. The reads of a search cost at most as much as one run of the whole program per character. */
  begin(): void {
    this.#uncharged = (this.#text.length + 1) * this.#cost * READS;
  }

  /** Reads one UTF-16 unit, and charges a part of the program's work for one character. */
  override charCodeAt(index: number): number {
    if (++this.#reads % BATCH === 0 && this.#uncharged > 0) {
      this.#meter.charge(BATCH * this.#cost);
      this.#uncharged -= BATCH * this.#cost;
    }
    return this.#text.charCodeAt(index);
  }

  /** Searches for a literal part of the pattern, and charges the characters up to the first one. */
  override indexOf(part: string, from = 0): number {
    const found = firstIndex(this.#text, part, from, this.#meter);
    const read = Math.max(0, (found < 0 ? this.#text.length : found) - from) + part.length;
    this.#meter.charge(read * SKIPPED);
    return found;
  }
}
