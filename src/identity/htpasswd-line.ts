export interface HtpasswdLine {
  readonly user: string;
  /** Undefined when the line has no colon, which is a mistake. */
  readonly hash: string | undefined;
}

/** What a line of an htpasswd file says; undefined when it is blank or a `#` comment. */
export function splitHtpasswdLine(raw: string): HtpasswdLine | undefined {
  const line = raw.trim();
  if (line === '' || line.startsWith('#')) return undefined;
  const colon = line.indexOf(':');
  return colon < 0
    ? { user: line, hash: undefined }
    : { user: line.slice(0, colon), hash: line.slice(colon + 1) };
}
