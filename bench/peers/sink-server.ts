/** Speaks just enough of a registry for a push to end: nothing is there, everything is taken. */

import { createServer } from 'node:http';

const port = Number(process.argv[2]);
createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    const path = request.url ?? '/';
    if (path === '/v2/') response.writeHead(200).end();
    else if (request.method === 'HEAD') response.writeHead(404).end();
    else if (request.method === 'POST') {
      response.writeHead(202, { Location: `${path}1`, 'Content-Length': 0 }).end();
    } else response.writeHead(201, { 'Content-Length': 0 }).end();
  });
}).listen(port, '127.0.0.1');
