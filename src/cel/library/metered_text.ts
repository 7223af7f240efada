/** A text that charges the work of a regular expression's matcher as it reads. */
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
/** Costs are charged once for so many reads, so that a read stays cheap. */
const BATCH = 32;

/** The greatest cost of matching one character with a program of so many instructions. */
export function characterCost(instructions: number): number {
  return (instructions + ADVANCE) * INSTRUCTION;
}

/**
 * Charges characters by the size of the program that reads them. Kubernetes charges the whole length of
 * the text times that of the pattern beforehand. Here a match that is decided by the first characters
 * stays cheap, and a `findAll` that reads the same characters for each match is charged for each.
 */
export class MeteredText extends String {
  readonly #text: string;
  readonly #meter: Meter;
  readonly #cost: number;
  #reads = 0;
  #uncharged = 0;

  /** `instructions` is the size of the program that will read the text. */
  constructor(text: string, instructions: number, meter: Meter) {
    super(text);
    this.#text = text;
    this.#meter = meter;
    this.#cost = characterCost(instructions) / READS;
  }

  /** Begins a search, whose cost is at most that of each character passing through the whole program once. */
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
