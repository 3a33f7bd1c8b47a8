import type { OpenBlob } from '../../blob/index.ts';
import type { BodySink, StreamedBody } from '../../http/index.ts';
import type { ByteRange } from '../../oci/index.ts';

/**
 * Of one read and one write to the socket, each a trip through Node's threads: with these a download takes two thirds of
 * the processor time that it takes with small ones. Larger ones gain nothing more.
 */
const LARGE_BYTES = 1024 * 1024;
/** What many clients that do not read can hold of memory in large buffers; downloads beyond get small ones. */
const LARGE_BUFFERS = 32;
const SMALL_BYTES = 256 * 1024;
/** Freed small buffers that are kept for the next download. */
const POOLED_SMALL = 64;

const large: Uint8Array[] = [];
const small: Uint8Array[] = [];
let largeInUse = 0;

function takeBuffer(wantedBytes: number): Uint8Array {
  if (wantedBytes <= SMALL_BYTES / 4) return Buffer.allocUnsafe(wantedBytes);
  if (wantedBytes > SMALL_BYTES && largeInUse < LARGE_BUFFERS) {
    largeInUse += 1;
    return large.pop() ?? Buffer.allocUnsafeSlow(LARGE_BYTES);
  }
  return small.pop() ?? Buffer.allocUnsafeSlow(SMALL_BYTES);
}

function giveBack(buffer: Uint8Array): void {
  if (buffer.byteLength === LARGE_BYTES) large.push(buffer);
  else if (buffer.byteLength === SMALL_BYTES && small.length < POOLED_SMALL) small.push(buffer);
}

/** Sends one range of a blob: the next piece is read while the piece before it is being sent. */
export async function writeRange(blob: OpenBlob, range: ByteRange, sink: BodySink): Promise<void> {
  const { start, endExclusive } = range;
  if (start >= endExclusive) return;
  const held: Uint8Array[] = [];
  const take = () => {
    const buffer = takeBuffer(endExclusive - start);
    held.push(buffer);
    return buffer;
  };
  try {
    let filling = take();
    let sending: Uint8Array | undefined;
    let sent: Promise<void> = Promise.resolve();
    for (let position = start; position < endExclusive; ) {
      const target = filling.subarray(0, endExclusive - position);
      const bytes = await blob.read(target, position);
      if (bytes === 0)
        throw new Error(`The blob ends at byte ${position}, before its ${endExclusive} bytes.`);
      position += bytes;
      await sent;
      sent = sink.write(target.subarray(0, bytes));
      // Awaited in the next round: without this, a failure meanwhile would count as unhandled.
      sent.catch(() => {});
      // What fits into one buffer needs no second.
      if (position < endExclusive) [filling, sending] = [sending ?? take(), filling];
    }
    await sent;
    // Not when anything above threw: a cut connection may still be reading from them.
    for (const buffer of held) giveBack(buffer);
  } finally {
    for (const buffer of held) if (buffer.byteLength === LARGE_BYTES) largeInUse -= 1;
  }
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
