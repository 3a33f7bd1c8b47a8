import { parentPort, workerData } from 'node:worker_threads';
import { openSqliteConnection, type StatementResult } from './connection.ts';

export interface Statement {
  readonly sql: string;
  readonly parameters?: readonly unknown[];
}

/** Statements that are executed in order, up to the first that fails. */
export interface WriterRun {
  readonly id: number;
  readonly statements: readonly Statement[];
  /** Execute nothing outside of a transaction, where each statement would take effect on its own. */
  readonly inside: boolean;
}

/** Answers a run with the same `id`. */
export interface WriterAnswer {
  readonly id: number;
  readonly results?: readonly StatementResult[];
  readonly error?: { message: string; errcode?: number; code?: string };
}

/** The thread is sent lists of runs, and answers each list with one of these. */
export interface WriterAnswers {
  readonly answers: readonly WriterAnswer[];
  /** Whether the connection is inside a transaction afterwards: SQLite ends one by itself on a full disk. */
  readonly inTransaction: boolean;
}

const port = parentPort;
if (!port) throw new Error('writer-thread.ts runs as a worker thread only');

const connection = openSqliteConnection({ file: workerData.file, readOnly: false });

function perform({ id, statements, inside }: WriterRun): WriterAnswer {
  const results: StatementResult[] = [];
  try {
    for (const { sql, parameters = [] } of statements) {
      if (inside && !connection.inTransaction) {
        throw new Error('The transaction has ended: an earlier statement failed.');
      }
      results.push(connection.execute(sql, parameters));
    }
    return { id, results };
  } catch (caught) {
    const { message, errcode, code } = caught as { message: string; errcode?: number; code?: string };
    return {
      id,
      error: { message, ...(errcode !== undefined && { errcode }), ...(code !== undefined && { code }) },
    };
  }
}

port.on('message', (request: readonly WriterRun[] | 'close') => {
  if (request === 'close') {
    connection.close();
    port.close();
    return;
  }
  const answers = request.map(perform);
  port.postMessage({ answers, inTransaction: connection.inTransaction } satisfies WriterAnswers);
});
port.postMessage('ready');
