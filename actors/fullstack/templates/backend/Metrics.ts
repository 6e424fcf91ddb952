/**
 * The series that the generated backend's `/metrics` serves. Alert rules and dashboards may rely on these and no others.
 *
 * @since 0.1.0
 */

/**
 * Names as Prometheus types them: a histogram also has `_bucket`, `_sum` and `_count`. Labels: `http_requests_total` and
 * `http_request_duration_seconds` have `method`, `route`, `status`; `database_query_duration_seconds` has `kind`.
 *
 * @category models
 */
export const backendMetrics = [
  "http_requests_total",
  "http_request_duration_seconds",
  "http_requests_in_flight",
  "database_query_duration_seconds",
  "db_up",
  "process_resident_memory_bytes",
  "process_cpu_seconds_total",
  "nodejs_eventloop_lag_p99_seconds"
] as const
