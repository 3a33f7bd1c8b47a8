import { parentPort } from 'node:worker_threads';
import { renderReadme } from './render-readme.ts';

const port = parentPort;
if (!port) throw new Error('readme-thread.ts runs as a worker thread only');

/** Markdown in, HTML out, in order; before that, that all is loaded. */
port.on('message', (text: string) => port.postMessage(renderReadme(text)));
port.postMessage('ready');
