import { isIPv6 } from 'node:net';

export interface Address {
  /** Name or IP address without brackets; empty for all interfaces (IPv6 and IPv4, what the machine has). */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** Go's `host:port`: `127.0.0.1:5000`, `:5000`, `[::1]:5000`, `localhost:5001`. Undefined for anything else. */
export function findAddress(text: string): Address | undefined {
  const match = /^(?:\[(?<six>[0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|(?<name>[\w.-]*)):(?<port>\d{1,5})$/.exec(text);
  const groups = match?.groups;
  if (groups === undefined) return undefined;
  const port = Number(groups.port);
  if (port > 65_535) return undefined;
  if (groups.six !== undefined && !isIPv6(groups.six)) return undefined;
  return { host: groups.six ?? groups.name ?? '', port };
}
