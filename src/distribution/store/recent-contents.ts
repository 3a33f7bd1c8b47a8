import { andThen, type NowOrLater } from '../../kernel/index.ts';
import { algorithmOf, type Digest, digestOf } from '../../oci/index.ts';

/** Some ten thousand manifests. */
const MAX_BYTES = 32 * 1024 * 1024;
/** What holding one costs beside its bytes: else a flood of tiny ones would not be bounded. */
const ENTRY_BYTES = 512;

const contents = new Map<Digest, Uint8Array>();
let heldBytes = 0;

/**
 * The bytes with this digest, from those asked for last or else from `read`. Only what has its digest is kept: that is right for
 * ever, whichever database it came from.
 */
export function recentContent(
  digest: Digest,
  read: () => NowOrLater<Uint8Array | undefined>,
): NowOrLater<Uint8Array | undefined> {
  const held = contents.get(digest);
  if (held) {
    // Back to the end: the first to go is the one that was asked for the longest time ago.
    contents.delete(digest);
    contents.set(digest, held);
    return held;
  }
  return andThen(read(), (content) => {
    if (content && digestOf(algorithmOf(digest), content) === digest) keep(digest, content);
    return content;
  });
}

function keep(digest: Digest, content: Uint8Array): void {
  if (contents.has(digest)) return;
  contents.set(digest, content);
  heldBytes += ENTRY_BYTES + content.byteLength;
  for (const [oldest, { byteLength }] of contents) {
    if (heldBytes <= MAX_BYTES) return;
    contents.delete(oldest);
    heldBytes -= ENTRY_BYTES + byteLength;
  }
}
