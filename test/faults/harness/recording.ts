/** One call that changed something, as shim.c wrote it down. */
export interface RecordedCall {
  /** o, c: open; w: write; s: fsync; t: truncate; r: rename; m: mkdir; u: unlink; d: rmdir; z: close. */
  readonly call: string;
  readonly fd: number;
  /** Of a write where it began, of `t` the new length, of `o` the flags O_CREAT and O_TRUNC. */
  readonly offset: number;
  readonly path: string;
  readonly path2: string;
  readonly data: Buffer;
  /** Bytes of the recording up to the end of this call. */
  readonly end: number;
}

const headBytes = 21;

export function parseRecording(bytes: Buffer): RecordedCall[] {
  const calls: RecordedCall[] = [];
  for (let at = 0; at + headBytes <= bytes.byteLength; ) {
    const pathBytes = bytes.readUInt16LE(at + 1);
    const path2Bytes = bytes.readUInt16LE(at + 3);
    const dataBytes = bytes.readUInt32LE(at + 17);
    const paths = at + headBytes;
    const data = paths + pathBytes + path2Bytes;
    const end = data + dataBytes;
    if (end > bytes.byteLength) break;
    calls.push({
      call: String.fromCharCode(bytes[at] ?? 0),
      fd: bytes.readInt32LE(at + 5),
      offset: Number(bytes.readBigInt64LE(at + 9)),
      path: bytes.toString('utf8', paths, paths + pathBytes),
      path2: bytes.toString('utf8', paths + pathBytes, data),
      data: bytes.subarray(data, end),
      end,
    });
    at = end;
  }
  return calls;
}
