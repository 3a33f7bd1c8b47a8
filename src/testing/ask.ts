import { type Agent, request as requestHttp } from 'node:http';

export interface Answer {
  readonly status: number;
  /** The header's value; several lines of one name are joined by a comma. */
  header(name: string): string | undefined;
  /** How often the header is there. */
  count(name: string): number;
  readonly body: Buffer;
  json(): unknown;
  /** The code of the first error in the body. */
  errorCode(): string | undefined;
}

export interface Ask {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Several pieces are sent chunked. */
  readonly body?: Uint8Array | string | readonly Uint8Array[];
  readonly agent?: Agent;
}

/** One request as written: the target is not normalised, no redirect followed, nothing unpacked. */
export function ask(
  server: { port: number },
  line: string,
  { headers, body, agent }: Ask = {},
): Promise<Answer> {
  const [method = 'GET', target = '/'] = line.split(' ', 2);
  return new Promise((resolve, reject) => {
    const request = requestHttp({
      host: '127.0.0.1',
      port: server.port,
      method,
      path: target,
      agent: agent ?? false,
      headers: headers as Record<string, string>,
    });
    request.once('error', reject);
    request.once('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.once('error', reject);
      response.once('end', () => {
        const bytes = Buffer.concat(pieces);
        resolve(toAnswer(response.statusCode ?? 0, response.rawHeaders, bytes));
      });
    });
    if (Array.isArray(body)) {
      for (const piece of body) request.write(piece);
      request.end();
    } else {
      request.end(body ?? (method === 'GET' || method === 'HEAD' ? undefined : Buffer.alloc(0)));
    }
  });
}

/** `rawHeaders`: names and values in turn. */
export function toAnswer(status: number, rawHeaders: readonly string[], body: Buffer): Answer {
  const values = (name: string) =>
    rawHeaders.filter(
      (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name.toLowerCase(),
    );
  const json = () => JSON.parse(body.toString());
  return {
    status,
    header: (name) => (values(name).length > 0 ? values(name).join(', ') : undefined),
    count: (name) => values(name).length,
    body,
    json,
    errorCode: () => json().errors[0].code,
  };
}
