import { describe } from 'node:test';
import type { MakeStore } from './suite/fixtures.ts';
import { describePublishedBlobs } from './suite/published-blobs.ts';
import { testUploadModel } from './suite/upload-model.ts';
import { describeUploadSessions } from './suite/upload-sessions.ts';

/** What every `BlobStore` must do, whatever holds its bytes. For tests only. */
export function describeBlobStore(name: string, makeStore: MakeStore): void {
  describe(name, () => {
    describePublishedBlobs(makeStore);
    describeUploadSessions(makeStore);
    testUploadModel(makeStore);
  });
}
