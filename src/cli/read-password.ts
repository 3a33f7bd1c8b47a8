import { CliError } from './cli-error.ts';
import { createPrompt, type Prompt } from './create-prompt.ts';
import type { Output } from './output.ts';

/** bcrypt takes 72 bytes; whatever sends this much is no password, and must not fill memory. */
const MAX_BYTES = 4096;

/**
 * The new password: asked for twice on a terminal, without echo; otherwise all of `input`, without the line end that
 * `echo` and editors add. Never from the arguments, which every user of the machine can read. Throws `CliError` usage.
 */
export async function readPassword(input: NodeJS.ReadStream, err: Output): Promise<string> {
  return input.isTTY ? askTwice(input, err) : readPiped(input);
}

/** A password or token that somebody writes to standard input. Throws `CliError` usage. */
export async function readPiped(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of input) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length > MAX_BYTES) throw new CliError('usage', 'Standard input holds more than a password.');
  }
  const text = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (text === '') throw new CliError('usage', 'Standard input is empty. Write the password to it.');
  return text;
}

async function askTwice(input: NodeJS.ReadStream, err: Output): Promise<string> {
  using prompt = createPrompt(input, err);
  return await askNewPassword(prompt);
}

/** Throws `CliError` usage when the second is another one. */
export async function askNewPassword(prompt: Prompt): Promise<string> {
  const password = await prompt.askHidden('New password: ');
  if ((await prompt.askHidden('Once more: ')) === password) return password;
  throw new CliError('usage', 'The two passwords differ. Nothing was changed; try again.');
}
