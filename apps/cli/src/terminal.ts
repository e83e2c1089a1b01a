/** Where text goes to; a stream of the process, or what a test collects. */
export interface TextSink {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** What a command is run from. */
export interface Terminal {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The working directory. */
  readonly directory: string;
}
