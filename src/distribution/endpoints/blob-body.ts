import type { OpenBlob } from '../../blob/index.ts';
import type { BodySink, StreamedBody } from '../../http/index.ts';
import type { ByteRange } from '../../oci/index.ts';

/** Two of these are held by each download that is in progress. */
const BUFFER_BYTES = 256 * 1024;
/** Freed buffers that are kept for the next download. */
const POOLED_BUFFERS = 64;

const pool: Uint8Array[] = [];

function takeBuffer(bytes: number): Uint8Array {
  return bytes < BUFFER_BYTES
    ? Buffer.allocUnsafe(bytes)
    : (pool.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES));
}

function giveBack(buffer: Uint8Array): void {
  if (buffer.byteLength === BUFFER_BYTES && pool.length < POOLED_BUFFERS) pool.push(buffer);
}

/** Sends one range of a blob: the next piece is read while the piece before it is being sent. */
export async function writeRange(blob: OpenBlob, range: ByteRange, sink: BodySink): Promise<void> {
  const size = Math.min(range.endExclusive - range.start, BUFFER_BYTES);
  if (size === 0) return;
  let [filling, sending] = [takeBuffer(size), takeBuffer(size)];
  let sent: Promise<void> = Promise.resolve();
  for (let position = range.start; position < range.endExclusive; ) {
    const target = filling.subarray(0, Math.min(size, range.endExclusive - position));
    const bytes = await blob.read(target, position);
    if (bytes === 0)
      throw new Error(`The blob ends at byte ${position}, before its ${range.endExclusive} bytes.`);
    position += bytes;
    await sent;
    sent = sink.write(target.subarray(0, bytes));
    // Awaited in the next round: without this, a failure meanwhile would count as unhandled.
    sent.catch(() => {});
    [filling, sending] = [sending, filling];
  }
  await sent;
  // Not given back when anything above threw: a cut connection may still be reading from them.
  giveBack(filling);
  giveBack(sending);
}

/** The whole blob, or the one range asked for. Owns the blob. */
export function singleBody(blob: OpenBlob, range: ByteRange): StreamedBody {
  return {
    lengthBytes: range.endExclusive - range.start,
    writeTo: (sink) => writeRange(blob, range, sink),
    dispose: () => blob.close(),
  };
}

/** Several ranges as `multipart/byteranges` (RFC 9110 §14.6). Owns the blob. */
export function multipartBody(blob: OpenBlob, ranges: readonly ByteRange[], boundary: string): StreamedBody {
  const parts = ranges.map((range) => ({
    range,
    head: Buffer.from(
      `\r\n--${boundary}\r\nContent-Type: application/octet-stream\r\n` +
        `Content-Range: bytes ${range.start}-${range.endExclusive - 1}/${blob.sizeBytes}\r\n\r\n`,
    ),
  }));
  const end = Buffer.from(`\r\n--${boundary}--\r\n`);
  const lengthBytes = parts.reduce(
    (sum, { range, head }) => sum + head.byteLength + range.endExclusive - range.start,
    end.byteLength,
  );
  return {
    lengthBytes,
    async writeTo(sink) {
      for (const { range, head } of parts) {
        await sink.write(head);
        await writeRange(blob, range, sink);
      }
      await sink.write(end);
    },
    dispose: () => blob.close(),
  };
}
