/** The types of the listeners of the watch caches. */
import type { KindRef } from "../../api/mod.ts";
import type { InstanceId } from "./instance_id.ts";

/** Called with an instance that must be requeued because one of its child objects changed. */
export type WakeListener = (instance: InstanceId) => void;

/** Called after every failure of the watch of a kind. The watch is retried after every failure. */
export type WatchErrorListener = (kind: KindRef, error: unknown) => void;

/**
 * Called for every watch event of a kind after the first list. `woke` is true when the event requeued an
 * instance.
 */
export type RouteListener = (kind: KindRef, woke: boolean) => void;
