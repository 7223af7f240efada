/**
 * Faults in the definition of a SimpleSchema field. The path of the field is added when a fault is reported
 * as a problem.
 */

/** A fault in the definition of one field. */
export interface Fault {
  /** The message of the fault: what was expected and what was found. */
  message: string;
  /** A suggestion to correct the fault. */
  hint?: string;
  /** The position of the fault in the field's definition, as an offset in UTF-16 units. */
  offset?: number;
}

/** Receives one fault. The check continues after the call, so all faults of a field are reported. */
export type Report = (fault: Fault) => void;
