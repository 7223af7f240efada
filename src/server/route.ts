/** One path of the HTTP endpoint. */
import type { PathRequest, ServerOptions } from "./path_request.ts";
import type { Path } from "./descriptions.ts";
import type { Parameter } from "./query.ts";
import type { SchemaName } from "./schemas.ts";

/** The content of a successful response. */
export type Success =
  /** JSON with this schema. */
  | { readonly schema: SchemaName }
  /** The OpenAPI document. */
  | { readonly document: true }
  /** Text with this content type. */
  | { readonly text: string };

/** A path of the HTTP endpoint, with its parameters and responses. */
export interface Route {
  /** The path as OpenAPI writes paths, such as `/graphs/{graph}`. */
  readonly path: Path;
  /** A second path with the same responses, which the OpenAPI document omits. */
  readonly alias?: string;
  /** The content of a successful response. */
  readonly success: Success;
  /** The parameters of the query, by name. If this table is absent, the query is ignored. */
  readonly query?: Readonly<Record<string, Parameter>>;
  /**
   * The status codes of this path's own errors. The OpenAPI document adds the errors that all paths of the
   * JSON API share.
   */
  readonly failures: readonly number[];
  /** Returns the response to a request. */
  readonly answer: (options: ServerOptions, request: PathRequest) => Response | Promise<Response>;
}
