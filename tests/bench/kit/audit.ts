/** Counts what the controller asks the API server for, from the audit log, read on as it grows. */
import { parseAudit } from "../../support/controlplane/audit.ts";
import { calls, type RunningControlPlane } from "../../support/controlplane/mod.ts";
import { pause } from "../instances/setup.ts";

/** Requests of user `kro`; watches and the Lease apart. */
export interface Counts {
  /** All. */
  calls: number;
  /** Those that change something. */
  writes: number;
  /** By `verb resource[/subresource]`. */
  by: Map<string, number>;
}

const WRITES = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/** Both together. */
export function sum(a: Counts, b: Counts): Counts {
  const by = new Map(a.by);
  for (const [key, count] of b.by) by.set(key, (by.get(key) ?? 0) + count);
  return { calls: a.calls + b.calls, writes: a.writes + b.writes, by };
}

/** Reads the log from where it ended last. */
export class Audit {
  #offset = 0;

  constructor(private readonly controlPlane: RunningControlPlane) {}

  /** Requests since the last question; an error when the API server began a new file meanwhile. */
  async take(): Promise<Counts> {
    using file = await Deno.open(this.controlPlane.auditLog);
    const { size } = await file.stat();
    if (size < this.#offset) throw new Error("the audit log was rotated: too much for one run");
    await file.seek(this.#offset, Deno.SeekMode.Start);
    const bytes = new Uint8Array(await new Response(file.readable).arrayBuffer());
    const complete = bytes.subarray(0, bytes.lastIndexOf(10) + 1);
    this.#offset += complete.length;
    const counts: Counts = { calls: 0, writes: 0, by: new Map() };
    for (const entry of calls(parseAudit(new TextDecoder().decode(complete)))) {
      if (entry.user !== "kro" || entry.resource === "leases" || entry.verb === "watch") continue;
      const key = `${entry.verb} ${entry.resource}${entry.subresource && `/${entry.subresource}`}`;
      counts.calls++;
      if (WRITES.has(entry.verb)) counts.writes++;
      counts.by.set(key, (counts.by.get(key) ?? 0) + 1);
    }
    return counts;
  }

  /** Waits until so many seconds pass without a request, or the limit is reached; what was asked meanwhile. */
  async settle(quiet = 2, limit = 60): Promise<Counts> {
    let all = await this.take();
    const end = Date.now() + limit * 1000;
    for (let since = Date.now(); Date.now() - since < quiet * 1000 && Date.now() < end;) {
      await pause(0.25);
      const now = await this.take();
      if (now.calls > 0) since = Date.now();
      all = sum(all, now);
    }
    return all;
  }
}
