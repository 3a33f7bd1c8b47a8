export { createLogger, type LogOptions } from './create-logger.ts';
export { createMetrics, type Metrics, type ObservedRequest } from './create-metrics.ts';
