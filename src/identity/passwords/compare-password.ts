import { compareBcrypt } from '../compare-bcrypt.ts';
import { compareArgon2id, nobodysArgon2id } from './argon2id.ts';

export interface PasswordHashes {
  readonly argon2id: (password: string, hash: string) => Promise<boolean>;
  readonly bcrypt: (password: string, hash: string) => Promise<boolean>;
}

const realHashes: PasswordHashes = { argon2id: compareArgon2id, bcrypt: compareBcrypt };
const nobodysBcrypt = 'x'.repeat(53);

/**
 * Compares with a hash of argon2id or, of an imported user, of bcrypt. As long as there are imported users
 * (`importedCost`: the bcrypt cost that most of them have) every comparison does both, so that its time does not tell
 * who is one of them and who is nobody.
 */
export function createPasswordComparison(options: {
  readonly importedCost: () => Promise<number | undefined>;
  readonly hashes?: PasswordHashes;
}): (password: string, hash: string) => Promise<boolean> {
  const { importedCost, hashes = realHashes } = options;
  const nobody = nobodysArgon2id();
  return async (password, hash) => {
    if (isBcrypt(hash)) {
      await hashes.argon2id(password, nobody);
      return hashes.bcrypt(password, hash);
    }
    const cost = await importedCost();
    if (cost !== undefined) {
      await hashes.bcrypt(password, `$2b$${String(cost).padStart(2, '0')}$${nobodysBcrypt}`);
    }
    return hashes.argon2id(password, hash);
  };
}

export function isBcrypt(hash: string): boolean {
  return hash.startsWith('$2');
}
