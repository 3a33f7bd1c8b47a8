import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AuditError } from './audit-error.ts';
import type { ChainLink } from './verify-log.ts';

const content = z.strictObject({ sequence: z.int().min(0), hash: z.string().regex(/^[\da-f]{64}$/) });

/** Where the head of the log is kept outside the database. */
export interface Checkpoints {
  /** Undefined when none was taken yet. Throws `AuditError` checkpoint-damaged when it cannot be read. */
  find(): Promise<ChainLink | undefined>;
  put(link: ChainLink): Promise<void>;
}

/** `root/lading/audit-head.json`: written aside, synced and renamed, so that it is the old one or the new one. */
export function createCheckpointFile(root: string): Checkpoints {
  const file = join(root, 'lading', 'audit-head.json');
  return {
    async find() {
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw damaged(file, error);
      }
      try {
        return content.parse(JSON.parse(text));
      } catch (error) {
        throw damaged(file, error);
      }
    },
    async put({ sequence, hash }) {
      await mkdir(dirname(file), { recursive: true });
      {
        await using aside = await open(`${file}.new`, 'w', 0o600);
        await aside.writeFile(`${JSON.stringify({ sequence, hash })}\n`);
        await aside.sync();
      }
      await rename(`${file}.new`, file);
      await using folder = await open(dirname(file), 'r');
      await folder.sync();
    },
  };
}

function damaged(file: string, cause: unknown): AuditError {
  const text = `${file} cannot be read. It says where the audit log ended last: compare with a copy, or remove it to start without.`;
  return new AuditError('checkpoint-damaged', text, { cause });
}
