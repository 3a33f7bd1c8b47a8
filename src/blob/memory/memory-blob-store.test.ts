import { systemClock } from '../../kernel/index.ts';
import { describeBlobStore } from '../blob-store-suite.ts';
import { createMemoryBlobStore } from './memory-blob-store.ts';

describeBlobStore('memory blob store', async () => {
  const store = createMemoryBlobStore({ clock: systemClock });
  return { store, [Symbol.asyncDispose]: () => store.close() };
});
