/** Finds plain scalars of YAML that versions 1.1 and 1.2 read differently. */
import { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE } from "js-yaml";

/** A plain scalar that parsers of YAML 1.1 and 1.2 interpret as different values. */
export interface AmbiguousScalar {
  /** The index of the YAML document that contains the scalar, counted from 0. */
  document: number;
  /** The offset of the scalar in the text. */
  at: number;
  /** The scalar as it is written. */
  text: string;
  /**
   * A description of the two interpretations of the scalar: how kubectl and kro read it, and how a parser of
   * the other YAML version reads it.
   */
  reading: string;
}

/**
 * The patterns of ambiguous scalars. Each pattern has a description of the scalar's two interpretations.
 * Numbers with a leading zero, such as `0644`, are omitted because they are widely used as file modes.
 */
const READINGS: readonly [pattern: RegExp, reading: string][] = [
  [
    /^(y|Y|yes|Yes|YES|on|On|ON)$/,
    "the boolean true in YAML 1.1, as kubectl and kro read it, a string in YAML 1.2",
  ],
  [
    /^(n|N|no|No|NO|off|Off|OFF)$/,
    "the boolean false in YAML 1.1, as kubectl and kro read it, a string in YAML 1.2",
  ],
  [
    /^[+-]?\d+(:[0-5]?\d)+(\.\d*)?$/,
    "a number to base 60 in YAML 1.1, a string for kubectl and kro",
  ],
  [/^[+-]?0o[0-7_]+$/i, "a string in YAML 1.1, an octal number in YAML 1.2, for kubectl and kro"],
  [/^[+-]?0b[01_]+$/i, "a binary number in YAML 1.1, for kubectl and kro, a string in YAML 1.2"],
  [/^[+-]?\d[\d_]*_[\d_.]*$/, "a number in YAML 1.1, for kubectl and kro, a string in YAML 1.2"],
];

/** Returns the plain scalars of a YAML text that versions 1.1 and 1.2 interpret differently, in order. */
export function ambiguousScalars(text: string): AmbiguousScalar[] {
  const found: AmbiguousScalar[] = [];
  let document = -1;
  for (const event of parseEvents(text, {})) {
    if (event.type === EVENT_ID.DOCUMENT) document++;
    if (event.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.PLAIN) continue;
    if (event.tagStart >= 0) continue;
    const scalar = getScalarValue(text, event);
    const reading = READINGS.find(([pattern]) => pattern.test(scalar))?.[1];
    if (reading) found.push({ document, at: event.valueStart, text: scalar, reading });
  }
  return found;
}
