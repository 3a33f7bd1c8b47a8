/** What the load generator can be asked for, and what it answers. One JSON object each way. */

/** The same requests over and over, in turn, on connections that stay open. */
export interface RepeatJob {
  readonly kind: 'repeat';
  readonly url: string;
  readonly method: 'GET' | 'HEAD';
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly expect: 200 | 206;
  readonly connections: number;
  /** No request begins later. Each connection does one at least. */
  readonly durationMs: number;
  /** Asks for one random range of so many bytes of `blobBytes` each time. */
  readonly range?: { readonly rangeBytes: number; readonly blobBytes: number };
}

/** Different blobs of one size; digests are computed before the clock starts. */
export interface PushBlobsJob {
  readonly kind: 'push-blobs';
  readonly url: string;
  readonly repository: string;
  readonly seed: string;
  readonly blobs: number;
  readonly sizeBytes: number;
  readonly connections: number;
}

/** Image `i` goes to the repository `<prefix>/<i>` as `latest`. Images are made before the clock starts. */
export interface PushImagesJob {
  readonly kind: 'push-images';
  readonly url: string;
  readonly prefix: string;
  readonly seed: string;
  readonly images: number;
  readonly layers: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly clients: number;
  /** No push begins later. */
  readonly deadlineMs: number;
}

/** Pulls of the images that `push-images` made with the same prefix and seed, and pushes of new ones. */
export interface MixedJob extends Omit<PushImagesJob, 'kind' | 'deadlineMs'> {
  readonly kind: 'mixed';
  readonly pullShare: number;
  readonly durationMs: number;
}

export type Job = RepeatJob | PushBlobsJob | PushImagesJob | MixedJob;

export interface Times {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface JobResult {
  readonly seconds: number;
  /** Requests, blobs, images, or pulls and pushes. */
  readonly operations: number;
  /** Of bodies. */
  readonly bytes: number;
  readonly times: Times;
  /** Of a mixed load: `pull` and `push` by themselves. */
  readonly kinds?: Readonly<Record<string, Times>>;
  /** Of the load generator itself, to show when it was what limited. */
  readonly loadCpuSeconds: number;
}
