import MailComposer from 'nodemailer/lib/mail-composer';
import type { SenderAddress } from './mail-address.ts';
import type { Mail } from './mail-sender.ts';

/** Writes a mail as it goes over the wire (RFC 5322), headers encoded, lines ended by CRLF. */
export function composeMail(mail: Mail, from: SenderAddress, atMs: number): Promise<Buffer> {
  const composer = new MailComposer({
    messageId: `<${mail.messageId}>`,
    date: new Date(atMs),
    from: from.name === null ? from.address : { name: from.name, address: from.address },
    to: { name: '', address: mail.to },
    subject: mail.subject,
    text: mail.text,
    // RFC 3834: automatic answers to it are not wanted.
    headers: { 'Auto-Submitted': 'auto-generated' },
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}
