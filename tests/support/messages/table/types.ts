/** The hand-written part of `docs/messages.md`: what each message means and what to do about it. */

/** Messages with one meaning. */
export interface Entry {
  /**
   * Where the message stands: a condition, a problem's code, a log line's category and level, an exit code,
   * an HTTP status. Several are separated by commas.
   */
  code: string;
  /**
   * The texts as the source has them, with a name in the place of each value: `graph <name> deleted`. One that
   * begins with `…` continues another text of the entry or stands in the place of one of its values.
   */
  texts: string[];
  /** Why the message appears: one sentence. */
  cause: string;
  /** What to do: one sentence. */
  remedy: string;
}

/** A section of the page. */
export interface Section {
  /** The heading. */
  title: string;
  /** How to read the section, below the heading. */
  intro: string;
  /** In the order of the page. */
  entries: Entry[];
}
