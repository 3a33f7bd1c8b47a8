/**
 * A client in a process of its own, to be stopped with SIGSTOP in the middle: `node stuck-client.ts PORT download|upload
 * PATH`. Prints a line when bytes have begun to flow.
 */
import { request } from 'node:http';

const [, , port, kind, path] = process.argv;
const call = request({
  host: '127.0.0.1',
  port: Number(port),
  path: path ?? '/',
  method: kind === 'upload' ? 'PATCH' : 'GET',
  ...(kind === 'upload' && { headers: { 'Content-Length': String(2 ** 30) } }),
});
call.on('error', () => process.exit(1));
call.on('response', (response) => {
  response.once('data', () => {
    response.pause();
    console.log('flowing');
  });
});
if (kind === 'upload') call.write(Buffer.alloc(1_000_000), () => console.log('flowing'));
else call.end();
