/**
 * A client connection that does as little as HTTP/1.1 allows: one request at a time, bodies counted and thrown away
 * unless asked for. Node's own client costs several times as much and would be what is measured.
 */

import { connect } from 'node:net';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly keepBody?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly bodyBytes: number;
  /** Empty unless `keepBody` was asked for. */
  readonly body: Buffer;
  header(name: string): string | undefined;
}

export interface Connection {
  /** Throws when the connection ends before the answer does. */
  send(request: Request): Promise<Answer>;
  close(): void;
}

interface Pending {
  readonly request: Request;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

const READ_BYTES = 1 << 20;
const IDLE_MS = 120_000;
const SMALL_BODY_BYTES = 1 << 17;

function headOf(request: Request, host: string): Buffer {
  const { method, path, headers = {}, body } = request;
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined || method === 'POST') lines.push(`Content-Length: ${body?.length ?? 0}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

export async function openConnection(url: string): Promise<Connection> {
  const { hostname, port, host } = new URL(url);
  // A request that is sent again and again has its head built once.
  const heads = new WeakMap<Request, Buffer>();
  let pending: Pending | undefined;
  let reader = answerReader('GET', false);
  const fail = (error: Error) => {
    pending?.reject(error);
    pending = undefined;
  };
  const socket = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    onread: {
      buffer: Buffer.allocUnsafe(READ_BYTES),
      callback(count, buffer) {
        try {
          const answer = reader.read(Buffer.from(buffer.buffer, buffer.byteOffset, count));
          if (answer === undefined) return true;
          const done = pending;
          pending = undefined;
          done?.resolve(answer);
        } catch (error) {
          fail(error as Error);
          socket.destroy();
        }
        return true;
      },
    },
  });
  socket.setTimeout(IDLE_MS, () => socket.destroy(new Error(`nothing from ${host} for ${IDLE_MS} ms`)));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error(`${host} closed the connection in the middle of an answer`)));
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error(`the connection to ${host} is closed`));
        pending = { request, resolve, reject };
        reader = answerReader(request.method, request.keepBody === true);
        let head = heads.get(request);
        if (!head) {
          head = headOf(request, host);
          heads.set(request, head);
        }
        const { body } = request;
        if (body === undefined || body.length === 0) socket.write(head);
        else if (body.length <= SMALL_BODY_BYTES) socket.write(Buffer.concat([head, body]));
        else {
          socket.write(head);
          socket.write(body);
        }
      }),
    close: () => socket.destroy(),
  };
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** Reads one answer from pieces of any size; the piece that ends it gives the answer. */
export function answerReader(method: string, keepBody: boolean): { read(piece: Buffer): Answer | undefined } {
  let head = '';
  let rest: Buffer | undefined;
  let status = 0;
  let body: BodyReader | undefined;
  const kept: Buffer[] = [];
  let bodyBytes = 0;
  const take = (bytes: Buffer) => {
    bodyBytes += bytes.length;
    if (keepBody) kept.push(Buffer.from(bytes));
  };
  return {
    read(piece) {
      let bytes = piece;
      if (!body) {
        if (rest) bytes = Buffer.concat([rest, piece]);
        const end = bytes.indexOf(END_OF_HEAD);
        if (end < 0) {
          rest = Buffer.from(bytes);
          return undefined;
        }
        head = bytes.toString('latin1', 0, end + 2);
        status = Number(head.slice(9, 12));
        const from = end + 4;
        // 100 Continue and its like come before the answer.
        if (status < 200) {
          rest = undefined;
          return from < bytes.length ? this.read(Buffer.from(bytes.subarray(from))) : undefined;
        }
        body = bodyReader(method, status, head, take);
        bytes = bytes.subarray(from);
      }
      if (!body.read(bytes)) return undefined;
      return { status, bodyBytes, body: Buffer.concat(kept), header: (name) => headerOf(head, name) };
    },
  };
}

interface BodyReader {
  /** True once the body is whole. */
  read(bytes: Buffer): boolean;
}

function bodyReader(method: string, status: number, head: string, take: (bytes: Buffer) => void): BodyReader {
  if (method === 'HEAD' || status === 204 || status === 304) return { read: () => true };
  const length = headerOf(head, 'content-length');
  if (length !== undefined) {
    let left = Number(length);
    return {
      read(bytes) {
        left -= bytes.length;
        if (bytes.length > 0) take(bytes);
        return left <= 0;
      },
    };
  }
  if (headerOf(head, 'transfer-encoding')?.toLowerCase() === 'chunked') return chunkedReader(take);
  throw new Error(`an answer ${status} without length`);
}

function chunkedReader(take: (bytes: Buffer) => void): BodyReader {
  let line = '';
  let left = 0;
  let part: 'size' | 'data' | 'data-end' | 'trailer' = 'size';
  return {
    read(bytes) {
      let at = 0;
      while (at < bytes.length) {
        if (part === 'data') {
          const until = Math.min(bytes.length, at + left);
          take(bytes.subarray(at, until));
          left -= until - at;
          at = until;
          if (left === 0) part = 'data-end';
          continue;
        }
        const newline = bytes.indexOf(10, at);
        if (newline < 0) {
          line += bytes.toString('latin1', at);
          return false;
        }
        line += bytes.toString('latin1', at, newline);
        at = newline + 1;
        const text = line.trim();
        line = '';
        if (part === 'data-end') part = 'size';
        else if (part === 'size') {
          left = Number.parseInt(text, 16);
          part = left === 0 ? 'trailer' : 'data';
        } else if (text === '') return true;
      }
      return false;
    },
  };
}

/** `head` ends with a line end, and a header name is at the beginning of a line. */
function headerOf(head: string, name: string): string | undefined {
  const lower = head.toLowerCase();
  const at = lower.indexOf(`\r\n${name}:`);
  if (at < 0) return undefined;
  const from = at + name.length + 3;
  return head.slice(from, head.indexOf('\r\n', from)).trim();
}
