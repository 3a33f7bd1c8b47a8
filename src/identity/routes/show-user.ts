import type { z } from 'zod';
import type { userSchema } from '../../api/index.ts';
import type { User } from '../accounts/users.ts';
import { toTime } from './api-words.ts';

export function showUser(user: User): z.input<typeof userSchema> {
  const { name, displayName, email, lastSeenAt } = user;
  return {
    name,
    ...(displayName !== undefined && { display_name: displayName }),
    ...(email !== undefined && { email }),
    is_administrator: user.isAdministrator,
    disabled: user.isDisabled,
    two_factor: user.hasTwoFactor,
    has_password: user.passwordHash !== undefined,
    created_at: toTime(user.createdAt),
    ...(lastSeenAt !== undefined && { last_seen_at: toTime(lastSeenAt) }),
  };
}
