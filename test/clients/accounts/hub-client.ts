import type { Scene } from '../harness/index.ts';

/** A version that is a tag, too: helm has no other. */
export const TAG = '1.0.0';

/** Two images without a byte in common, of the client's own making. */
export type Image = 'app' | 'other';

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

export interface Pulled extends Outcome {
  /** As the client has it after the pull. */
  readonly digest: string | undefined;
}

/** A client as stories about accounts see it. What it was refused is an outcome, no error. */
export interface HubClient {
  login(user: string, secret: string): Promise<Outcome>;
  logout(): Promise<unknown>;
  push(repository: string, image?: Image): Promise<Outcome>;
  /** Fetches every byte anew. */
  pull(repository: string): Promise<Pulled>;
  /** Within the registry. */
  copy?(from: string, to: string): Promise<Outcome>;
  delete?(repository: string): Promise<Outcome>;
  /** The names found; none when refused. */
  search?(term: string): Promise<readonly string[]>;
}

export type OpenHubClient = (scene: Scene, host: string) => Promise<HubClient> | HubClient;

/** The last digest in what a client printed. */
export function lastDigestIn(output: string): string | undefined {
  return output.match(/sha256:[0-9a-f]{64}/g)?.at(-1);
}
