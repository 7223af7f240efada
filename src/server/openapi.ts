/** Builds the OpenAPI document (version 3.1) from the table of paths. */
import { FAILURES, PATH_PARAMETERS, SUMMARIES, TITLE } from "./descriptions.ts";
import type { Parameter } from "./query.ts";
import type { Route } from "./route.ts";
import { LISTS, ref, SCHEMAS } from "./schemas.ts";

/**
 * Returns the OpenAPI document of the paths.
 *
 * @param open The paths that need no permission.
 * @param guarded The paths of the JSON API, which need the permission to read the API.
 * @param version The version of kro.
 */
export function openApi(
  open: readonly Route[],
  guarded: readonly Route[],
  version: string,
): Record<string, unknown> {
  const entries = [
    ...open.map((route) => [route.path, { get: operation(route, false) }]),
    ...guarded.map((route) => [route.path, { get: operation(route, true) }]),
  ];
  return {
    openapi: "3.1.0",
    info: { title: TITLE, version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    paths: Object.fromEntries(entries),
    components: {
      schemas: { ...SCHEMAS, ...LISTS },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
    // A token is optional, because only the flags `--http-auth` and `--metrics-auth` require one.
    security: [{}, { token: [] }],
  };
}

function operation(route: Route, isGuarded: boolean): Record<string, unknown> {
  const failures = [
    ...(isGuarded ? [400, 401, 403, 503] : []),
    ...route.failures.filter((status) => !isGuarded || status !== 503),
  ];
  return {
    operationId: operationId(route.path),
    summary: SUMMARIES[route.path],
    parameters: [
      ...[...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => pathParameter(name!)),
      ...Object.entries(route.query ?? {}).map(([name, each]) => queryParameter(name, each)),
    ],
    responses: {
      200: { description: SUMMARIES[route.path], content: success(route) },
      ...(isGuarded && { 304: { description: "The content has the ETag of If-None-Match." } }),
      ...Object.fromEntries(failures.map((status) => [status, failure(route, status)])),
    },
  };
}

/** Returns the name of the operation: `/graphs/{graph}/rights` becomes `getGraphsGraphRights`. */
function operationId(path: string): string {
  const words = path.match(/[A-Za-z]+/g)!;
  return `get${words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("")}`;
}

function pathParameter(name: string): Record<string, unknown> {
  const schema = { type: "string", minLength: 1 };
  return { name, in: "path", required: true, description: PATH_PARAMETERS[name], schema };
}

function queryParameter(name: string, parameter: Parameter): Record<string, unknown> {
  const { description, schema, required } = parameter;
  const list = schema.items ? { style: "form", explode: false } : {};
  return { name, in: "query", ...required && { required }, description, schema, ...list };
}

function success({ success }: Route): Record<string, unknown> {
  if ("text" in success) return { [success.text]: { schema: { type: "string" } } };
  const schema = "schema" in success ? ref(success.schema) : { type: "object" };
  return { "application/json": { schema } };
}

function failure({ success }: Route, status: number): Record<string, unknown> {
  const isText = "text" in success && success.text.startsWith("text/plain; charset=UTF-8");
  const content = isText
    ? { [success.text]: { schema: { type: "string" } } }
    : { "application/problem+json": { schema: ref("Problem") } };
  return { description: FAILURES[status], content };
}
