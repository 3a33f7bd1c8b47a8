import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { printable } from '../../kernel/index.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../command-context.ts';
import { jsonLine } from '../json-line.ts';

const savedLoginSchema = z.object({
  name: z.string(),
  token: z.string(),
  /** Of a token that the login made, and that a logout revokes. */
  token_id: z.string().optional(),
});

const credentialsSchema = z.object({
  /** Whom the commands ask when nothing else is said: the server of the last login. */
  current: z.string().optional(),
  servers: z.record(z.string(), savedLoginSchema),
});

export type SavedLogin = z.output<typeof savedLoginSchema>;
export type Credentials = z.output<typeof credentialsSchema>;

export interface CredentialStore {
  readonly path: string;
  /** Empty when there is no file. Throws `CliError` when the file is none of ours. */
  read(): Promise<Credentials>;
  /** Readable for this user alone, and never half written. */
  write(credentials: Credentials): Promise<void>;
}

/** `$XDG_CONFIG_HOME/lading/credentials.json`: access tokens, never passwords. */
export function createCredentialStore({ env }: Pick<CommandContext, 'env'>): CredentialStore {
  const folder = join(env.XDG_CONFIG_HOME || join(env.HOME || '.', '.config'), 'lading');
  const path = join(folder, 'credentials.json');
  return {
    path,
    async read() {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '{"servers":{}}';
        throw error;
      });
      const parsed = credentialsSchema.safeParse(parseJson(text));
      if (parsed.success) return parsed.data;
      throw new CliError('nothing-there', `${printable(path)} cannot be read. Delete it and log in again.`);
    },
    async write(credentials) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const whole = `${path}.${randomUUID()}`;
      try {
        await writeFile(whole, jsonLine(credentials), { mode: 0o600, flag: 'wx' });
        await rename(whole, path);
      } catch (error) {
        await rm(whole, { force: true });
        throw error;
      }
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
