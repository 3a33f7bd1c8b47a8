import type { Logger } from '../kernel/index.ts';

export interface RecordedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  /** All that a log could write of it, errors with message and stack, as one text to search for secrets. */
  readonly text: string;
}

/** A log that tests read. */
export function createRecordingLog(): { readonly log: Logger; readonly lines: RecordedLine[] } {
  const lines: RecordedLine[] = [];
  const at = (level: RecordedLine['level']) => (fields: object, message: string) => {
    lines.push({ level, message, text: `${message} ${JSON.stringify(fields, writeErrors)}` });
  };
  return { log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }, lines };
}

function writeErrors(_: string, value: unknown): unknown {
  return value instanceof Error
    ? { ...value, message: value.message, stack: value.stack, cause: value.cause }
    : value;
}
