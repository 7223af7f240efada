/** The default ports of the HTTP endpoint. */

/** The default port of health checks, metrics and the JSON API. */
export const ENDPOINT_PORT = 8079;

/** The default port that serves the metrics alone. */
export const METRICS_PORT = 8078;
