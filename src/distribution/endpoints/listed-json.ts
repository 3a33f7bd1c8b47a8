import type { Reply, StreamedBody } from '../../http/index.ts';

/** One page of names after `after` (exclusive; '' is the beginning), at most `limit`, in ASCII order. */
export type ListPage = (page: { after: string; limit: number }) => Promise<string[]>;

/** Names held in memory at a time while a list without end is sent. */
const STREAMED_PAGE = 1000;

/** `{"name":"a/b","tags":["1","2"]}`: at most `limit` names, with a `Link` if there are more. */
export async function pageReply(options: {
  fields(names: string[]): object;
  after: string;
  limit: number;
  list: ListPage;
  /** The path of the page after the one that ends with `last`. */
  next(last: string): string;
}): Promise<Reply> {
  const { after, limit } = options;
  // distribution-spec v1.1.1, "Listing Tags": n=0 is an empty list without a Link.
  const found = limit === 0 ? [] : await options.list({ after, limit: limit + 1 });
  const names = found.slice(0, limit);
  const last = found.length > limit ? names.at(-1) : undefined;
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json',
      ...(last !== undefined && { Link: `<${options.next(last)}>; rel="next"` }),
    },
    body: Buffer.from(`${JSON.stringify(options.fields(names))}\n`),
  };
}

/** The same without an end: all names, read and sent page by page. `head` is the object up to its list. */
export async function endlessReply(options: { head: string; after: string; list: ListPage }): Promise<Reply> {
  const { list } = options;
  // Read before anything is sent: a database that fails can still be told as an error.
  const first = await list({ after: options.after, limit: STREAMED_PAGE });
  const body: StreamedBody = {
    lengthBytes: undefined,
    async writeTo(sink) {
      await sink.write(Buffer.from(`${options.head}[`));
      let separator = '';
      for (let page = first; page.length > 0; ) {
        await sink.write(Buffer.from(separator + JSON.stringify(page).slice(1, -1)));
        separator = ',';
        page =
          page.length < STREAMED_PAGE ? [] : await list({ after: page.at(-1) ?? '', limit: STREAMED_PAGE });
      }
      await sink.write(Buffer.from(']}\n'));
    },
    dispose: async () => {},
  };
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body };
}
