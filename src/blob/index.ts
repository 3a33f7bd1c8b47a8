export { BlobError, type BlobErrorCode } from './blob-error.ts';
export type { BlobStat, BlobStore, OpenBlob, UploadBytes, UploadKey, UploadStat } from './blob-store.ts';
export { createFilesystemBlobStore } from './filesystem/filesystem-blob-store.ts';
export { filesystemLayout } from './filesystem/filesystem-layout.ts';
export { createMemoryBlobStore } from './memory/memory-blob-store.ts';
