import pino from 'pino';
import pretty from 'pino-pretty';
import type { Logger } from '../kernel/index.ts';

export interface LogOptions {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  /** `text` is for people, `json` one object a line for machines. */
  readonly formatter: 'text' | 'json';
  /** Added to every line (configuration `log.fields`). */
  readonly fields: Readonly<Record<string, string>>;
  readonly output: NodeJS.WritableStream & { isTTY?: boolean };
}

export function createLogger(options: LogOptions): Logger {
  const { level, formatter, fields, output } = options;
  const settings: pino.LoggerOptions = {
    level,
    base: fields,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: pino.stdSerializers.err },
  };
  if (formatter === 'json') return pino(settings, output);
  return pino(
    settings,
    pretty({
      destination: output,
      colorize: output.isTTY === true,
      translateTime: 'SYS:HH:MM:ss.l',
      // A request's line reads as a sentence; its fields stay in the JSON form.
      messageFormat: (line, messageKey) =>
        line.route === undefined ? String(line[messageKey]) : requestLine(line),
      ignore: ['pid', 'hostname', ...requestFields].join(','),
      singleLine: true,
    }),
  );
}

const requestFields = [
  'requestId',
  'method',
  'path',
  'route',
  'repository',
  'status',
  'bytesIn',
  'bytesOut',
  'durationMs',
  'remoteAddress',
  'actor',
  'userAgent',
  'aborted',
];

function requestLine(line: Record<string, unknown>): string {
  const bytes = Number(line.bytesIn) + Number(line.bytesOut);
  const who = line.actor === undefined ? '' : ` ${line.actor}`;
  const cut = line.aborted === true ? ' (client left)' : '';
  return `${line.status} ${line.method} ${line.path} ${bytes} bytes in ${line.durationMs} ms, ${line.remoteAddress}${who}${cut}`;
}
