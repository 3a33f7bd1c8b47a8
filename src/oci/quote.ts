import { printable } from '../kernel/index.ts';

/** How much of a hostile value an error message repeats: enough to recognise it, too little to fill logs with. */
const maximumLength = 100;

/** The value in double quotes, without control characters, cut if it is long. */
export function quote(text: string): string {
  return JSON.stringify(printable(text.length > maximumLength ? `${text.slice(0, maximumLength)}…` : text));
}
