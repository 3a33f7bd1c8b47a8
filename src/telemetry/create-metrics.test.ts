import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from './create-metrics.ts';

const request = { route: 'none', status: 405, durationMs: 1, bytesIn: 2, bytesOut: 3 };

test('requests, durations and bytes are counted by route', async () => {
  const metrics = createMetrics();
  metrics.observeRequest({ ...request, route: 'blob.get', method: 'GET', status: 200 });
  metrics.observeRequest({ ...request, route: 'blob.get', method: 'GET', status: 200 });
  const { contentType, text } = await metrics.render();
  assert.match(contentType, /^text\/plain/);
  assert.match(text, /^lading_http_requests_total\{route="blob.get",method="GET",status="200"\} 2$/m);
  assert.match(text, /^lading_http_request_duration_seconds_count\{route="blob.get",method="GET"\} 2$/m);
  assert.match(text, /^lading_http_body_bytes_total\{direction="out"\} 6$/m);
});

test('methods that clients make up are one series, not one each', async () => {
  const metrics = createMetrics();
  for (let count = 0; count < 50; count++) metrics.observeRequest({ ...request, method: `X${count}` });
  const { text } = await metrics.render();
  const series = text.split('\n').filter((line) => line.startsWith('lading_http_requests_total{'));
  assert.deepEqual(series, ['lading_http_requests_total{route="none",method="other",status="405"} 50']);
});

test('a gauge is read at each scrape', async () => {
  const metrics = createMetrics();
  let value = 1;
  metrics.addGauge({ name: 'lading_test', help: 'A test.', read: () => value });
  assert.match((await metrics.render()).text, /^lading_test 1$/m);
  value = 2;
  assert.match((await metrics.render()).text, /^lading_test 2$/m);
});
