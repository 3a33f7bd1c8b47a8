import type { Output } from '../output.ts';

export interface RecordingOutput extends Output {
  readonly text: string;
  readonly bytes: Buffer;
}

/** Keeps what is written, without colours. With `readsFor`, nobody reads any more after so many writes. */
export function createRecordingOutput(
  options: { isTerminal?: boolean; columns?: number; readsFor?: number } = {},
): RecordingOutput {
  const { isTerminal = false, columns = 80, readsFor = Number.POSITIVE_INFINITY } = options;
  let bytes = Buffer.alloc(0);
  let writes = 0;
  return {
    isTerminal,
    columns,
    get text() {
      return bytes.toString();
    },
    get bytes() {
      return bytes;
    },
    async write(content) {
      bytes = Buffer.concat([bytes, typeof content === 'string' ? Buffer.from(content) : content]);
      writes += 1;
      return writes < readsFor;
    },
    style: (_style, styled) => styled,
  };
}
