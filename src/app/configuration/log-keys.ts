import type { DefaultedKey, Key, SupportedKey } from './key.ts';
import { boolean, oneOf, text } from './value-types.ts';

export const logLevel: DefaultedKey<'error' | 'warn' | 'info' | 'debug'> = {
  status: 'supported',
  path: 'log.level',
  type: oneOf('error', 'warn', 'info', 'debug'),
  default: 'info',
  doc: 'Least important lines that are still written.',
};

export const logFormatter: SupportedKey<'text' | 'json' | 'logstash'> = {
  status: 'supported',
  path: 'log.formatter',
  type: oneOf('text', 'json', 'logstash'),
  doc: 'Form of the lines; without it `text` on a terminal and `json` elsewhere. `logstash` gives `json`.',
};

export const logFields: SupportedKey<string> = {
  status: 'supported',
  path: 'log.fields.*',
  type: text,
  doc: 'Field added to every line, such as `service` or `environment`.',
};

export const accessLogDisabled: DefaultedKey<boolean> = {
  status: 'supported',
  path: 'log.accesslog.disabled',
  type: boolean,
  default: 'false',
  doc: 'Leaves out the line for each request.',
};

export const logKeys: readonly Key[] = [
  logLevel,
  logFormatter,
  logFields,
  accessLogDisabled,
  { status: 'ignored', path: 'log.reportcaller', doc: 'Name of the function that writes a line.' },
  {
    status: 'ignored',
    path: 'log.hooks',
    doc: 'Mail about log lines.',
    warning: 'no mail is sent; watch the log instead',
  },
  {
    status: 'ignored',
    path: 'loglevel',
    doc: 'Old form of `log.level`, obeyed where that is not set.',
    warning: 'is the old form; write log.level',
  },
];
