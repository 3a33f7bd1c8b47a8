const MAX_LENGTH = 1_000;

/**
 * Where a browser goes after it has signed in: a path of this server. Undefined for all that a browser would take for
 * another host (open redirect): `//host`, `/\host`, and either of them behind a tab or a line end, which browsers drop.
 */
export function parseReturnPath(text: string): string | undefined {
  if (text.length > MAX_LENGTH || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text)) return undefined;
  const base = 'https://registry.invalid';
  const url = URL.parse(text, base);
  // Once more after dots were resolved: `/.//host`.
  if (url?.origin !== base || url.pathname.startsWith('//')) return undefined;
  return `${url.pathname}${url.search}${url.hash}`;
}
