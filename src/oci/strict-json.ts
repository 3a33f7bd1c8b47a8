import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';

/** Manifests nest about six deep; what custom fields hold may be deeper. A stack of a million is an attack. */
const defaultMaxDepth = 64;

/**
 * Objects, arrays and keys together. 10,000 descriptors of ten each come to this; 4 MiB of nothing but tiny keys
 * would hold the event loop for half a second.
 */
const maximumElements = 100_000;

/**
 * Parses JSON that several parsers will read, and refuses whatever they could read differently: bytes that are not
 * UTF-8, a byte order mark, the same key twice in one object. Depth and number of elements are bounded before the
 * real parser sees the text. Time is linear in the size. Throws `MANIFEST_INVALID` with the byte offset and what is wrong there.
 */
export function parseJsonStrictly(
  bytes: Uint8Array,
  { maxDepth = defaultMaxDepth }: { readonly maxDepth?: number } = {},
): unknown {
  const text = decode(bytes);
  scan(text, maxDepth);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(`not valid JSON: ${cause instanceof Error ? cause.message : 'unreadable'}`, cause);
  }
}

function decode(bytes: Uint8Array): string {
  let text: string;
  try {
    // ignoreBOM keeps the mark in the text, where the next line finds it.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw invalid('the text is not valid UTF-8', cause);
  }
  if (text.startsWith('\uFEFF')) throw invalid('byte offset 0: a byte order mark is not allowed');
  return text;
}

const quoteMark = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Finds keys and nesting, and leaves the grammar to `JSON.parse`: on text that is not JSON this may see keys where
 * there are none, but such text is refused in any case.
 */
function scan(text: string, maxDepth: number): void {
  /** The keys seen in each object around this place; undefined stands for an array. */
  const stack: (Set<string> | undefined)[] = [];
  let keys: Set<string> | undefined;
  let isKeyNext = false;
  let elements = 0;
  for (let position = 0; position < text.length; position += 1) {
    const character = text.charCodeAt(position);
    if (character === quoteMark) {
      const end = endOfString(text, position);
      if (isKeyNext && keys !== undefined) {
        addKey(keys, text, position, end);
        isKeyNext = false;
        elements += 1;
      }
      position = end;
    } else if (character === openBrace || character === openBracket) {
      if (stack.length >= maxDepth) throw invalidAt(text, position, `nested deeper than ${maxDepth} levels`);
      keys = character === openBrace ? new Set() : undefined;
      stack.push(keys);
      isKeyNext = true;
      elements += 1;
    } else if (character === closeBrace || character === closeBracket) {
      stack.pop();
      keys = stack.at(-1);
    } else if (character === comma) {
      isKeyNext = true;
    }
    if (elements > maximumElements) {
      throw invalidAt(text, position, `more than ${maximumElements} objects, arrays and keys`);
    }
  }
}

/** The position of the closing quotation mark, or of the text's end if there is none. */
function endOfString(text: string, start: number): number {
  let position = start + 1;
  while (position < text.length) {
    const character = text.charCodeAt(position);
    if (character === quoteMark) return position;
    position += character === backslash ? 2 : 1;
  }
  return text.length;
}

function addKey(keys: Set<string>, text: string, start: number, end: number): void {
  const raw = text.slice(start + 1, end);
  // "a" and "\u0061" are one key.
  const key = raw.includes('\\') ? unescapeKey(text, start, end) : raw;
  if (keys.has(key)) throw invalidAt(text, start, `the key ${quote(key)} is there twice`);
  keys.add(key);
}

function unescapeKey(text: string, start: number, end: number): string {
  try {
    return String(JSON.parse(text.slice(start, end + 1)));
  } catch (cause) {
    throw invalidAt(text, start, 'the key is not a valid JSON string', cause);
  }
}

function invalidAt(text: string, position: number, problem: string, cause?: unknown): OciError {
  return invalid(`byte offset ${Buffer.byteLength(text.slice(0, position))}: ${problem}`, cause);
}

function invalid(message: string, cause?: unknown): OciError {
  return new OciError('MANIFEST_INVALID', message, cause === undefined ? {} : { cause });
}
