/** Reads the names for completion from the cluster. */
import { type KindRef, KRO_GROUP, servedKind } from "../../api/mod.ts";
import { kindOf } from "../inspect/target.ts";
import { listRgds, openSession, type Session } from "../session.ts";
import type { ClusterFlags, Names } from "./candidates.ts";

/** The time after which completion gives up, in milliseconds. A user waits for each completion. */
const TIMEOUT_MS = 2000;

const NAMESPACE: KindRef = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
};

/** Returns the names of the cluster. A list is empty if reading it fails or takes more than two seconds. */
export function clusterNames(): Names {
  return {
    graphs: (flags) =>
      quietly(
        flags,
        async (session) => (await listRgds(session)).map(({ metadata }) => metadata.name!),
      ),
    kinds: (flags) =>
      quietly(flags, async (session) => {
        const kinds = await Promise.all((await listRgds(session)).map(async (rgd) => {
          const served = servedKind(rgd);
          const kind = served && await session.discovery.resolve(served);
          if (!kind) return [];
          const isKnown = kind.group === KRO_GROUP;
          return [isKnown ? kind.plural : `${kind.plural}.${kind.group}`];
        }));
        return kinds.flat();
      }),
    instances: (flags, name) =>
      quietly(flags, async (session) => {
        const kind = await kindOf(session, name);
        const namespace = kind.namespaced ? session.namespace : undefined;
        return await namesOf(session, kind, namespace);
      }),
    namespaces: (flags) => quietly(flags, (session) => namesOf(session, NAMESPACE)),
  };
}

async function namesOf({ client }: Session, kind: KindRef, namespace?: string): Promise<string[]> {
  const { items } = await client.list(kind, { namespace, metadataOnly: true });
  return items.map(({ metadata }) => metadata.name!);
}

async function quietly(
  flags: ClusterFlags,
  read: (session: Session) => Promise<string[]>,
): Promise<string[]> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<string[]>((resolve) => {
    timer = setTimeout(() => resolve([]), TIMEOUT_MS);
  });
  const found = async () => {
    using session = await openSession(flags, { out() {}, err() {}, color: false });
    return await read(session);
  };
  try {
    return (await Promise.race([found(), timeout])).toSorted();
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}
