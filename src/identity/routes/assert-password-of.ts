import type { Call } from '../../http/index.ts';
import { problem } from '../../rest/index.ts';
import type { User } from '../accounts/users.ts';
import type { IdentityContext } from '../identity-context.ts';
import { findCookieSecret } from '../sessions/session-cookie.ts';

/**
 * For what a session that somebody left open, or a token that leaked, must not do. Throws `Problem` forbidden, and
 * `OciError` TOOMANYREQUESTS as logins do.
 */
export async function assertPasswordOf(
  { logins }: Pick<IdentityContext, 'logins'>,
  options: { readonly user: User; readonly call: Call; readonly password: string },
): Promise<void> {
  const { user, call, password } = options;
  const device = findCookieSecret({ cookies: call.header('cookie'), origin: call.origin(), kind: 'dev' });
  const attempt = { name: user.name, password, address: call.remoteAddress, device };
  if (await logins.check(attempt)) return;
  throw problem('forbidden', 'That is not your password.');
}
