/** Takes a body piece by piece. */
export interface BodySink {
  /** Resolves when `chunk` has left this process and may be overwritten. Throws if the client is gone. */
  write(chunk: Uint8Array): Promise<void>;
}

/** A body that is made while it is sent. */
export interface StreamedBody {
  /** Undefined when the length is not known in advance (sent chunked). */
  readonly lengthBytes: number | undefined;
  /** Called at most once; not called for HEAD. */
  writeTo(sink: BodySink): Promise<void>;
  /** Called exactly once, whether or not the body was written. */
  dispose(): Promise<void>;
}

/** For HEAD: says how long the body would be. */
export interface BodyLength {
  readonly lengthBytes: number;
}

/** What a handler answers. `Content-Length` is set by the pipeline from the body. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Uint8Array | StreamedBody | BodyLength;
}

export function isStreamed(body: Reply['body']): body is StreamedBody {
  return body !== undefined && 'writeTo' in body;
}

const encoder = new TextEncoder();

export function jsonReply(status: number, value: unknown, headers: Reply['headers'] = {}): Reply {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: encoder.encode(`${JSON.stringify(value)}\n`),
  };
}
