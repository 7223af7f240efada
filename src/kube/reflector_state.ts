/** The states of a reflector. */

/**
 * The state of a reflector that must list, because it has no resourceVersion from which to start a watch.
 */
export interface Listing {
  /** The tag that distinguishes the states of a reflector. */
  readonly name: "listing";
  /** Whether an earlier list was read completely. */
  readonly synced: boolean;
}

/**
 * The state of a reflector that has a resourceVersion from which to watch. The reflector watches, or waits to
 * reconnect the watch.
 */
export interface Watching {
  /** The tag that distinguishes the states of a reflector. */
  readonly name: "watching";
  /**
   * The resourceVersion at which the next watch connection starts. This is the resourceVersion of the last
   * list, event or bookmark.
   */
  resourceVersion: string;
  /** Whether the connection continues an earlier watch. False for the first connection after a list. */
  resumed: boolean;
  /** Whether the connection delivered an event. */
  hasEvents: boolean;
  /** Whether the connection stayed open for LONG_MS. */
  isLong: boolean;
}
