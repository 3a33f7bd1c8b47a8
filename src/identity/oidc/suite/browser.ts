import { type Answer, ask } from '../../../testing/index.ts';

/** Keeps cookies as a browser does, one jar a host and port, and follows redirects by itself only when told to. */
export interface Browser {
  /** One request; no redirect is followed. */
  go(url: string, form?: Record<string, string>): Promise<Answer>;
  /** The cookies of an origin, by name. */
  cookies(origin: string): Map<string, string>;
}

export function createBrowser(): Browser {
  const jars = new Map<string, Map<string, string>>();
  const cookies = (origin: string) => {
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    return jar;
  };
  return {
    cookies,
    async go(text, form) {
      const url = new URL(text);
      const jar = cookies(url.origin);
      const answer = await ask(
        { port: Number(url.port) },
        `${form ? 'POST' : 'GET'} ${url.pathname}${url.search}`,
        {
          headers: {
            Host: url.host,
            Accept: 'text/html',
            ...(jar.size > 0 && { Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }),
            ...(form && { 'Content-Type': 'application/x-www-form-urlencoded' }),
          },
          ...(form && { body: new URLSearchParams(form).toString() }),
        },
      );
      for (const line of (answer.header('set-cookie') ?? '').split(/, (?=[^;,\s]+=)/)) {
        const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
        if (name === undefined || value === undefined) continue;
        if (value === '' || /max-age=0\b/i.test(line)) jar.delete(name);
        else jar.set(name, value);
      }
      return answer;
    },
  };
}
