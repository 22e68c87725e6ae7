/** A command was refused because of one field; whoever asked is told so beside it. */
export class FieldRefused extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}
