import type { Admission, Guard } from '../http/index.ts';

/** Nobody logs in and everybody may do everything, as registry:2 without `auth`. Credentials are not looked at. */
export function createOpenGuard(): Guard {
  const everybody: Admission = { actor: undefined, may: async () => true };
  return { admit: () => everybody };
}
