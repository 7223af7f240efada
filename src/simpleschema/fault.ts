/** What is wrong with one field's text, before the field's path is known. */

/** A fault of one field. */
export interface Fault {
  /** What was expected and what was found. */
  message: string;
  /** What to do about it. */
  hint?: string;
  /** UTF-16 offset in the field's text. */
  offset?: number;
}

/** Takes faults as they are found, so that one look at a field reports all of them. */
export type Report = (fault: Fault) => void;
