import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Answer, toAnswer } from './ask.ts';

/** A TCP connection that sends exactly what it is told and reads answers when it is asked to. */
export interface RawConnection extends AsyncDisposable {
  readonly socket: Socket;
  /** Resolves when the bytes have left this process. */
  send(bytes: Uint8Array | string): Promise<void>;
  /** Status line and headers of the next answer; its body is for `readRest`. */
  readHead(): Promise<Answer>;
  /** The next answer. `head`: it has no body whatever its length says. Throws when the connection ends before. */
  readAnswer(options?: { head?: boolean }): Promise<Answer>;
  /** Everything up to the end of the connection that was not read yet. */
  readRest(): Promise<Buffer>;
  /** What ended the connection: undefined for an orderly end. */
  readonly closed: Promise<Error | undefined>;
  close(): void;
}

const none: Buffer = Buffer.alloc(0);

export async function openRawConnection(server: { port: number }): Promise<RawConnection> {
  const socket = connect(server.port, '127.0.0.1');
  let failure: Error | undefined;
  const closed = new Promise<Error | undefined>((resolve) => {
    socket.on('error', (error) => {
      failure = error;
    });
    socket.once('close', () => resolve(failure));
  });
  await once(socket, 'connect');
  socket.setNoDelay(true);
  let received = none;

  /** More bytes, or false at the end. */
  const more = async (): Promise<boolean> => {
    for (;;) {
      const piece: Buffer | null = socket.read();
      if (piece !== null) {
        received = Buffer.concat([received, piece]);
        return true;
      }
      if (socket.destroyed || socket.readableEnded) return false;
      await new Promise<void>((resolve) => {
        const wake = () => {
          for (const event of ['readable', 'end', 'close']) socket.off(event, wake);
          resolve();
        };
        for (const event of ['readable', 'end', 'close']) socket.on(event, wake);
      });
    }
  };
  const take = (count: number): Buffer => {
    const taken = received.subarray(0, count);
    received = received.subarray(count);
    return taken;
  };
  const until = async (mark: string): Promise<Buffer> => {
    for (;;) {
      const at = received.indexOf(mark);
      if (at >= 0) return take(at + mark.length);
      if (!(await more()))
        throw new Error(`the connection ended after ${JSON.stringify(received.toString('latin1'))}`);
    }
  };
  const exactly = async (count: number): Promise<Buffer> => {
    while (received.byteLength < count) {
      if (!(await more())) throw new Error(`the connection ended ${count - received.byteLength} bytes early`);
    }
    return take(count);
  };
  const chunked = async (): Promise<Buffer> => {
    const pieces: Buffer[] = [];
    for (;;) {
      const size = Number.parseInt((await until('\r\n')).toString(), 16);
      pieces.push(await exactly(size));
      await exactly(2);
      if (size === 0) return Buffer.concat(pieces);
    }
  };

  const readHead = async () => {
    const [line = '', ...fields] = (await until('\r\n\r\n')).toString('latin1').trimEnd().split('\r\n');
    const status = Number(line.split(' ')[1]);
    const rawHeaders = fields.flatMap((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon), field.slice(colon + 1).trim()];
    });
    return {
      ...toAnswer(status, rawHeaders, none),
      withBody: (body: Buffer) => toAnswer(status, rawHeaders, body),
    };
  };

  return {
    socket,
    closed,
    send: (bytes) =>
      new Promise((resolve) => {
        if (socket.destroyed) return resolve();
        socket.write(bytes, () => resolve());
      }),
    readHead,
    async readAnswer({ head = false } = {}) {
      const answer = await readHead();
      const { status, header } = answer;
      if (head || status === 204 || status === 304 || status < 200) return answer;
      const isChunked = header('transfer-encoding') === 'chunked';
      return answer.withBody(await (isChunked ? chunked() : exactly(Number(header('content-length')))));
    },
    async readRest() {
      while (await more());
      return take(received.byteLength);
    },
    close: () => socket.destroy(),
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await closed;
    },
  };
}
