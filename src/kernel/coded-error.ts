/**
 * The shape of every error class of this program: a closed union of codes that callers may switch on, and free
 * text that says what to do next. Each folder declares one subclass with its own union.
 */
export class CodedError<Code extends string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}
