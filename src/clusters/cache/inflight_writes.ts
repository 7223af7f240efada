/** Our own writes under way: what events tell of their objects meanwhile waits for the answers. */
import type { KubeObject } from "../../api/mod.ts";
import { compareRevisions } from "../../kube/mod.ts";
import type { InstanceId } from "./instance_id.ts";

/** What an event told, and whom it would wake. */
export interface HeldEvent {
  /** Its resourceVersion; empty when it had none. */
  revision: string;
  /** It told that the object is gone. */
  gone: boolean;
  /** Whom it would wake. */
  instances: InstanceId[];
}

interface Write {
  deletes: boolean;
  before?: string;
  event?: KubeObject;
  held: HeldEvent[];
}

/** See the file's first line. By key of the object. */
export class InflightWrites {
  readonly #writes = new Map<string, Write>();

  /** A write is sent; `before` is the object's resourceVersion as far as it is known. */
  begin(key: string, what: "apply" | "delete", before: string | undefined): void {
    this.#writes.set(key, { deletes: what === "delete", before, held: [] });
  }

  /** True while a delete of it is under way. */
  deletes(key: string): boolean {
    return this.#writes.get(key)?.deletes === true;
  }

  /** The object's resourceVersion before the write that is under way. */
  before(key: string): string | undefined {
    return this.#writes.get(key)?.before;
  }

  /**
   * Keeps the last event while an apply is under way: mostly it is the echo, which is not worth looking
   * at. False when there is none.
   */
  keep(key: string, event: KubeObject): boolean {
    const write = this.#writes.get(key);
    if (!write || write.deletes) return false;
    write.event = event;
    return true;
  }

  /** The event that was kept, which is kept no longer. */
  takeKept(key: string): KubeObject | undefined {
    const write = this.#writes.get(key);
    const event = write?.event;
    if (write) write.event = undefined;
    return event;
  }

  /** Holds an event until the answer. False when no write is under way. */
  hold(key: string, event: HeldEvent): boolean {
    return this.#writes.get(key)?.held.push(event) !== undefined;
  }

  /** True when an event after that resourceVersion told that the object is gone. */
  goneAfter(key: string, revision: string | undefined): boolean {
    return this.#writes.get(key)?.held.some((event) =>
      event.gone && compareRevisions(event.revision, revision) > 0
    ) ?? false;
  }

  /**
   * The write is answered with that resourceVersion, or without any: refused, not answered, a delete.
   * Returns whom the events held wake, those that the answer knew left out.
   */
  end(key: string, revision: string | undefined): InstanceId[] {
    const held = this.#writes.get(key)?.held ?? [];
    this.#writes.delete(key);
    const news = held.filter((event) =>
      revision === undefined || compareRevisions(event.revision, revision) > 0
    );
    const instances = news.flatMap((event) => event.instances);
    return [...new Map(instances.map((instance) => [instance.uid, instance])).values()];
  }
}
