import { z } from 'zod';

/** Of users and organisations, which share one namespace and are the first component of repository names. */
export const accountNamePattern = /^(?=.{2,39}$)[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
/** `organisation+robot`. */
export const robotNamePattern =
  /^(?=[^+]{2,39}\+[^+]{2,39}$)[a-z0-9]+(?:[._-][a-z0-9]+)*\+[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

export const accountName = z
  .string()
  .regex(
    accountNamePattern,
    'a name has 2 to 39 lower-case letters and digits, with single ".", "_" or "-" between them',
  );
export const robotName = z.string().regex(robotNamePattern, 'a robot is called ORGANISATION+ROBOT');
