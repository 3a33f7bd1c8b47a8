import { join } from 'node:path';
import type { Peer } from './peer.ts';

/** Takes every push and keeps nothing: what the load generator can send at most. */
export const sink: Peer = {
  title: 'sink (keeps nothing)',
  configuration: 'A Node server that answers every request of a push at once and throws the bodies away.',
  program: join(import.meta.dirname, 'sink-server.ts'),
  version: async () => `Node ${process.version}`,
  launch: ({ port }) => ({
    file: process.execPath,
    args: [join(import.meta.dirname, 'sink-server.ts'), String(port)],
  }),
};
