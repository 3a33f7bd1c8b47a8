import { createJobQueue } from '../job-queue.ts';
import { hashArgon2id } from './argon2id.ts';
import { assertPassword } from './assert-password.ts';

/** Each takes 19 MiB and a thread that reads and writes blobs otherwise. */
const queue = createJobQueue({ concurrency: 1, maxWaiting: 64 });

/** The hash of a password that somebody chose. Throws `IdentityError` password-invalid. Before a transaction, never inside. */
export async function hashNewPassword(
  password: string,
  names: readonly (string | undefined)[],
): Promise<string> {
  assertPassword(
    password,
    names.filter((name) => name !== undefined),
  );
  return queue.run(() => hashArgon2id(password));
}
