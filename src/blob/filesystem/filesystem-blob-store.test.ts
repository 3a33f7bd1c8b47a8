import { describeBlobStore } from '../blob-store-suite.ts';
import { temporaryStore } from './temporary-store.ts';

describeBlobStore('filesystem blob store', () => temporaryStore());
