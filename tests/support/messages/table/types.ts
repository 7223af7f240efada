/**
 * The hand-written part of `docs/messages.md`: the cause of each message, and what to do about it.
 */

/** An entry of `docs/messages.md`: messages with the same cause and remedy. */
export interface Entry {
  /**
   * How the messages are reported: a condition, a problem's code, a log line's category and level,
   * an exit code, or an HTTP status. Commas separate several values.
   */
  code: string;
  /**
   * The messages as they are in the source, with a name for each value: `graph <name> deleted`. A string that
   * begins with `…` is only a part of a message: it continues another string of this entry, or it is a value
   * that is filled into another string.
   */
  texts: string[];
  /** The reason why the messages appear, in one sentence. */
  cause: string;
  /** What a user should do about the messages, in one sentence. */
  remedy: string;
}

/** A section of `docs/messages.md`. */
export interface Section {
  /** The heading of the section. */
  title: string;
  /** The paragraph below the heading, which explains how to read the section. */
  intro: string;
  /** The entries of the section, in the order of the page. */
  entries: Entry[];
}
