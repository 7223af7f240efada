/** Faults of a field's text, before the field's path is added. */

/** A fault of one field. */
export interface Fault {
  /** The expectation and the finding. */
  message: string;
  /** A possible correction. */
  hint?: string;
  /** The UTF-16 offset in the field's text. */
  offset?: number;
}

/** Takes one fault; checks continue, so that all faults of a field are reported. */
export type Report = (fault: Fault) => void;
