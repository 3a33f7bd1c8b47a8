import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What the metrics want to know of a request that is over. */
export interface ObservedRequest {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface Metrics {
  observeRequest(request: ObservedRequest): void;
  /** Asks `read` for the value at each scrape. */
  addGauge(gauge: { name: string; help: string; read: () => number | Promise<number> }): void;
  /** The Prometheus text format and its media type. */
  render(): Promise<{ contentType: string; text: string }>;
}

/** HTTP/2 lets a client call a method anything: each name would be a series that stays. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Labels are routes, never names of repositories: their number must stay small. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labelNames = ['route', 'method', 'status'] as const;
  const requests = new Counter({
    name: 'lading_http_requests_total',
    help: 'Requests answered.',
    labelNames,
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'lading_http_request_duration_seconds',
    help: 'Time from the first line of a request to the end of its answer.',
    labelNames: ['route', 'method'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600],
    registers: [registry],
  });
  const bytes = new Counter({
    name: 'lading_http_body_bytes_total',
    help: 'Bytes of bodies received (in) and sent (out).',
    labelNames: ['direction'],
    registers: [registry],
  });
  return {
    observeRequest(request) {
      const { route } = request;
      const method = methods.has(request.method) ? request.method : 'other';
      requests.inc({ route, method, status: String(request.status) });
      durations.observe({ route, method }, request.durationMs / 1000);
      bytes.inc({ direction: 'in' }, request.bytesIn);
      bytes.inc({ direction: 'out' }, request.bytesOut);
    },
    addGauge({ name, help, read }) {
      new Gauge({
        name,
        help,
        registers: [registry],
        async collect() {
          this.set(await read());
        },
      });
    },
    async render() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
