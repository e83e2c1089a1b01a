/** A sender as it stands in the `From` line. */
export interface SenderAddress {
  readonly name: string | null;
  readonly address: string;
}

/** The longest address that SMTP carries (RFC 5321, 4.5.3.1.3, without the angle brackets). */
const MOST_ADDRESS_LENGTH = 254;
const MOST_LOCAL_LENGTH = 64;
const MOST_NAME_LENGTH = 100;

/** An unquoted local part (RFC 5322, 3.2.3). */
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/u;
/** Two labels or more; the last is no number, so that it is no IP address. */
const DOMAIN =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/iu;

/** Whether a text is exactly one mailbox in ASCII, without a name, comment or quotes. */
export function isMailAddress(text: string): boolean {
  if (text.length > MOST_ADDRESS_LENGTH) return false;
  const at = text.lastIndexOf('@');
  if (at < 1 || at > MOST_LOCAL_LENGTH) return false;
  return LOCAL_PART.test(text.slice(0, at)) && DOMAIN.test(text.slice(at + 1));
}

/** Reads `address` or `Name <address>`; `null` for anything else. */
export function readSenderAddress(text: string): SenderAddress | null {
  const trimmed = text.trim();
  if (isMailAddress(trimmed)) return { name: null, address: trimmed };
  const parts = /^(?<name>[^\p{Cc}<>"@,;:\\]+)<(?<address>[^<>]+)>$/u.exec(trimmed)?.groups;
  const name = parts?.['name']?.trim() ?? '';
  const address = parts?.['address'] ?? '';
  if (name === '' || name.length > MOST_NAME_LENGTH || !isMailAddress(address)) return null;
  return { name, address };
}
