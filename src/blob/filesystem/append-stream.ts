const batchBytes = 1024 * 1024;
/** IOV_MAX on Linux and macOS; also bounds what a sender of one-byte chunks costs in objects. */
const batchChunks = 1024;

interface AppendableFile {
  writev(chunks: Uint8Array[], position: number): Promise<{ bytesWritten: number }>;
  truncate(sizeBytes: number): Promise<void>;
}

export interface AppendOutcome {
  /** Where the file now ends. */
  sizeBytes: number;
  /** What `source` threw. */
  sourceError?: { error: unknown };
  /** What the disk answered; `sizeBytes` is then the end of the bytes it had accepted. */
  writeError?: { error: unknown };
}

/**
 * Writes `source` to the file from `position` on, one batch on its way to the disk while the next is gathered, so at
 * most two are in memory. `onChunk` sees each chunk as it arrives. Never throws: a failure of the source and one
 * of the disk mean different things, and both may happen.
 */
export async function appendStream(options: {
  file: AppendableFile;
  source: AsyncIterable<Uint8Array>;
  position: number;
  onChunk: (chunk: Uint8Array) => void;
}): Promise<AppendOutcome> {
  const { file, source, position, onChunk } = options;
  const outcome: AppendOutcome = { sizeBytes: position };
  let batch: Uint8Array[] = [];
  let gatheredBytes = 0;
  let writing: Promise<void> = Promise.resolve();

  const flush = async () => {
    await writing;
    const chunks = batch;
    batch = [];
    gatheredBytes = 0;
    if (outcome.writeError !== undefined) return;
    writing = writeAll(file, chunks, outcome)
      .then(() => chunks.forEach(release))
      .catch((error: unknown) => {
        outcome.writeError = { error };
      });
  };

  try {
    for await (const chunk of source) {
      if (outcome.writeError !== undefined) break;
      if (chunk.byteLength === 0) continue;
      onChunk(chunk);
      batch.push(chunk);
      gatheredBytes += chunk.byteLength;
      if (gatheredBytes >= batchBytes || batch.length === batchChunks) await flush();
    }
  } catch (error) {
    outcome.sourceError = { error };
  }
  await flush();
  await writing;
  if (outcome.writeError !== undefined) {
    // A failed write may have left part of its bytes behind; nobody has counted them. If this fails too, they are
    // judged with the rest: whoever finishes has no running hash and reads the file.
    await file.truncate(outcome.sizeBytes).catch(() => {});
  }
  return outcome;
}

async function writeAll(
  file: AppendableFile,
  chunks: Uint8Array[],
  end: { sizeBytes: number },
): Promise<void> {
  let rest = chunks;
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest, end.sizeBytes);
    if (bytesWritten === 0) throw new Error('the file system accepted no bytes and gave no reason');
    end.sizeBytes += bytesWritten;
    rest = dropBytes(rest, bytesWritten);
  }
}

function dropBytes(chunks: Uint8Array[], count: number): Uint8Array[] {
  let left = count;
  return chunks.flatMap((chunk) => {
    const dropped = Math.min(left, chunk.byteLength);
    left -= dropped;
    return dropped === chunk.byteLength ? [] : [chunk.subarray(dropped)];
  });
}

/**
 * Frees a chunk's memory now. Left to the collector, the pieces of a big push pile up until it runs, and it runs so often
 * that it costs as much as hashing.
 */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
