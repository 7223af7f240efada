// Reads the API server's audit log: who called what, and with which result.

/** One event of the audit log. */
export interface AuditEntry {
  /** The user's name, e.g. `kro`. */
  user: string;
  /** get, list, watch, create, update, patch, delete, deletecollection; for other URLs the HTTP method. */
  verb: string;
  /** API group; empty for the core group and for URLs that name no resource. */
  group: string;
  /** Plural resource name; empty for URLs that name no resource. */
  resource: string;
  /** e.g. `status`; empty without. */
  subresource: string;
  /** Namespace; empty when cluster-scoped. */
  namespace: string;
  /** Object name; empty for lists, watches and most creates. */
  name: string;
  /** HTTP status. */
  code: number;
  /** `ResponseStarted` (long-running calls only), `ResponseComplete` or `Panic`. */
  stage: string;
  /** The request's URI. */
  uri: string;
  /** When the request arrived, in ISO 8601. */
  time: string;
}

interface Event {
  user?: { username?: string };
  verb?: string;
  objectRef?: {
    apiGroup?: string;
    resource?: string;
    subresource?: string;
    namespace?: string;
    name?: string;
  };
  responseStatus?: { code?: number };
  stage?: string;
  requestURI?: string;
  requestReceivedTimestamp?: string;
}

/** The entries of a log's text; a last line that is still being written is left out. */
export function parseAudit(text: string): AuditEntry[] {
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  return complete.split("\n").filter((line) => line !== "").map((line) => {
    const event = JSON.parse(line) as Event;
    const object = event.objectRef ?? {};
    return {
      user: event.user?.username ?? "",
      verb: event.verb ?? "",
      group: object.apiGroup ?? "",
      resource: object.resource ?? "",
      subresource: object.subresource ?? "",
      namespace: object.namespace ?? "",
      name: object.name ?? "",
      code: event.responseStatus?.code ?? 0,
      stage: event.stage ?? "",
      uri: event.requestURI ?? "",
      time: event.requestReceivedTimestamp ?? "",
    };
  });
}

/** One entry a call: a watch logs its start and its end, and counts when it starts; the rest when they end. */
export function calls(entries: AuditEntry[]): AuditEntry[] {
  return entries.filter(({ verb, stage }) =>
    stage === (verb === "watch" ? "ResponseStarted" : "ResponseComplete")
  );
}
