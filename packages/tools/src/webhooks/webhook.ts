/** Where a tool's calls are sent. */
export interface Webhook {
  /** An `http` or `https` address without a name or a password in it. */
  readonly url: string;
  /** `${NAME}` in a value is a variable of the environment. */
  readonly headers: Readonly<Record<string, string>>;
  /** When one try is given up. */
  readonly tryTimeoutMs: number;
  /** Tries after the first that failed, at most 2; none where running it twice does harm. */
  readonly retries: number;
}
