import { isIP } from 'node:net';
import { problem } from '../../rest/index.ts';
import { isPublicAddress } from '../oidc/is-public-address.ts';
import { MAX_WILDCARDS } from './claim-pattern.ts';

/** Where everybody can have a token, the owner is named in so many letters, or the rule is for everybody. */
const sharedIssuers: ReadonlyMap<string, { readonly starts: RegExp; readonly example: string }> = new Map([
  [
    'https://token.actions.githubusercontent.com',
    { starts: /^repo:[^*/:]+\//, example: 'repo:OWNER/REPOSITORY:ref:refs/heads/main' },
  ],
  [
    'https://gitlab.com',
    { starts: /^project_path:[^*/:]+\//, example: 'project_path:GROUP/PROJECT:ref_type:branch:ref:main' },
  ],
]);

/** Throws `Problem` invalid-request for a rule that could never work, or would let anybody in. */
export function assertRule(
  { issuer, claims }: { readonly issuer: string; readonly claims: Readonly<Record<string, string>> },
  privateIssuers: readonly string[],
): void {
  assertIssuer(issuer, privateIssuers);
  const excess = Object.entries(claims).find(
    ([, pattern]) => (pattern.match(/\*\*|\*/g) ?? []).length > MAX_WILDCARDS,
  );
  if (excess) throw invalid(`/claims/${excess[0]}`, `has more than ${MAX_WILDCARDS} wildcards`);
  const { sub } = claims;
  if (sub === undefined || sub.startsWith('*')) {
    throw invalid('/claims/sub', 'say whose tokens: a pattern of sub that starts with a text');
  }
  const shared = sharedIssuers.get(issuer.replace(/\/$/, ''));
  if (shared && !shared.starts.test(sub)) {
    throw invalid(
      '/claims/sub',
      `anybody gets tokens of ${issuer}: write the owner out, such as ${shared.example}`,
    );
  }
}

function assertIssuer(issuer: string, privateIssuers: readonly string[]): void {
  if (privateIssuers.includes(issuer)) return;
  const url = URL.parse(issuer);
  const isFine = url?.protocol === 'https:' && url.username === '' && url.password === '';
  if (!url || !isFine || /[?#\s]/.test(issuer)) {
    throw invalid('/issuer', 'must be an https URL without query');
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost' || (isIP(host) !== 0 && !isPublicAddress(host))) {
    throw invalid(
      '/issuer',
      'is at a private address: an administrator must list it in auth.accounts.oidc.privateissuers',
    );
  }
}

function invalid(pointer: string, message: string) {
  return problem('invalid-request', `The rule is not as it should be: ${pointer} ${message}.`, {
    fields: [{ pointer, message }],
  });
}
