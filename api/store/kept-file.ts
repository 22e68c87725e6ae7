/** A file that came with a request and has been put away: what a field that holds a file is written with. */
export class KeptFile {
  /** Names the file in the media folder. */
  readonly key: string;

  constructor(key: string) {
    this.key = key;
  }
}
