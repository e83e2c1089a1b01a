/** A mail to one person, in plain text. */
export interface Mail {
  /** Without angle brackets; the same for every attempt, so that receivers can tell a copy. */
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** What is known of a mail that was handed over; `reason` is a code and holds no address. */
export type MailOutcome =
  | { readonly kind: 'accepted' }
  /** Surely not sent; whether it is worth another attempt. */
  | { readonly kind: 'refused'; readonly isPermanent: boolean; readonly reason: string }
  /** It may or may not have been taken. */
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Hands mails over, each call one attempt. No call rejects, each is bounded in time, and soon after
 * `signal` aborts each says what is known of its mail.
 */
export interface MailSender {
  /** Where mails go, for the person who runs the server; holds no secret. */
  readonly destination: string;
  send(mail: Mail, signal: AbortSignal): Promise<MailOutcome>;
}
