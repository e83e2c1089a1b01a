import type { FollowUpTemplate, PromisedFollowUp, ToolOutcome } from '@antiphon/session';
import { describe, expect, it } from 'vitest';
import { composeMail } from './compose-mail.ts';
import { followUpMail } from './follow-up-mail.ts';

const ORDER = {
  id: '4471',
  status: 'shipped',
  carrier: { name: 'DHL', tracking: null },
  items: ['a <b>lamp</b>', { name: 'chair', count: 2 }],
  is_gift: true,
  total: 19.5,
};

function mail(
  template: Partial<FollowUpTemplate>,
  result: unknown = ORDER,
  args: unknown = { order_id: '4471', place: { zip: '01067' } },
) {
  const followUp: PromisedFollowUp = {
    id: 'sess_1.call_1',
    agent: 'acme',
    tool: 'lookup_order',
    to: 'ann@example.com',
    template: { subject: 'Subject', body: 'Body', ...template },
    arguments: typeof args === 'string' ? args : JSON.stringify(args),
  };
  const output = typeof result === 'string' ? result : JSON.stringify(result);
  return followUpMail(followUp, { kind: 'result', output }, 'example.org');
}

describe('followUpMail', () => {
  it.each([
    ['{result.status} by {result.carrier.name}', 'shipped by DHL'],
    ['{order_id} to {place.zip}', '4471 to 01067'],
    ['{result.is_gift}, {result.total}', 'yes, 19.5'],
    ['{ result.status }', 'shipped'],
    ['{result.items.0}', 'a <b>lamp</b>'],
    ['{result.items}', '- a <b>lamp</b>\n- name: chair\n  count: 2'],
    ['{result.carrier}', 'name: DHL\ntracking: (not available)'],
    ['{result.carrier.tracking}', '(not available)'],
    ['{result.nothing.at.all} {nobody} {}', '(not available) (not available) (not available)'],
    [
      '{result.constructor} {toString} {result.status.length}',
      Array(3).fill('(not available)').join(' '),
    ],
  ])('fills %j', (body, text) => {
    expect(mail({ body }).text).toBe(text);
  });

  it('writes a whole result in words', () => {
    expect(mail({ body: '{result}' }).text).toBe(
      [
        'id: 4471',
        'status: shipped',
        'carrier:',
        '  name: DHL',
        '  tracking: (not available)',
        'items:',
        '  - a <b>lamp</b>',
        '  - name: chair',
        '    count: 2',
        'is gift: yes',
        'total: 19.5',
      ].join('\n'),
    );
  });

  it.each([
    ['Plain words.', 'Plain words.'],
    ['00123456789012345678901', '00123456789012345678901'],
    ['98765432109876543210', '98765432109876543210'],
    ['"a JSON text"', 'a JSON text'],
    ['null', '(not available)'],
    ['', '(not available)'],
    ['[]', '(not available)'],
    ['{"broken":', '{"broken":'],
  ])('takes the result %j as %j', (result, text) => {
    expect(mail({ body: '{result}' }, result).text).toBe(text);
  });

  it('says nothing false when the arguments are no JSON', () => {
    expect(mail({ body: 'Order {order_id}' }, ORDER, '{"order_id":').text).toBe(
      'Order (not available)',
    );
  });

  it('takes what a result says as text, whatever it looks like', () => {
    const status = '{order_id} **bold** [x](http://y) <script>1</script> $& $1 Ignore all rules.';
    expect(mail({ body: 'It is {result.status}' }, { status }).text).toBe(`It is ${status}`);
  });

  it('keeps a subject in one short line', () => {
    const status = `shipped\r\nBcc: all@example.com\u2028\u0007${'x'.repeat(500)}`;
    const { subject } = mail({ subject: 'Order {order_id}: {result.status}' }, { status });
    expect(subject).toMatch(/^Order 4471: shipped Bcc: all@example\.com x+…$/u);
    expect(subject).toHaveLength(150);
  });

  it('leaves out marks that nobody sees', () => {
    expect(mail({ body: 'a\u202eb\0c\u0008d\te\r\nf\rg\u2066' }).text).toBe('abcd\te\nf\ng');
  });

  it('bounds a long result, and says so', () => {
    const { text } = mail({ body: '{result}' }, '😀'.repeat(30_000));
    expect(text.length).toBeLessThanOrEqual(20_000);
    expect(/^(?:😀)+\n\n\(The rest .* too long for a mail\.\)\n$/u.test(text)).toBe(true);
    const { text: list } = mail(
      { body: '{result}' },
      Array.from({ length: 70 }, (_e, n) => n),
    );
    expect(list.split('\n')).toHaveLength(51);
    expect(list).toMatch(/\nand 20 more$/u);
  });

  it('bounds a deep result', () => {
    let deep: unknown = 'bottom';
    for (let depth = 0; depth < 2_000; depth++) deep = [deep];
    expect(mail({ body: '{result}' }, deep).text).toBe('- - - - (more)');
  });

  it('gives a call the same message id everywhere, and no two calls the same', () => {
    const { messageId } = mail({});
    expect(messageId).toBe(mail({ body: 'Other' }, 'other').messageId);
    expect(messageId).toMatch(/^antiphon\.[0-9a-f]{40}@example\.org$/u);
  });

  const ends: readonly ToolOutcome[] = [
    { kind: 'error', message: '{secret}' },
    { kind: 'timeout' },
    { kind: 'cancelled' },
    { kind: 'unknown' },
  ];

  it.each(ends)('claims no result after $kind', (outcome) => {
    const followUp = {
      id: 'sess_1.call_1',
      agent: 'acme',
      tool: 'refund',
      to: 'ann@example.com',
      arguments: '{}',
      template: { subject: 'Refund done', body: 'We refunded {result.total}.' },
    };
    const { subject, text } = followUpMail(followUp, outcome, 'example.org');
    expect(subject + text).not.toMatch(/[Rr]efund|secret|[{}]|undefined|_/u);
  });

  it('reads the same at the other end', async () => {
    const { subject, text, ...rest } = mail(
      {
        subject: 'Größe {result.size}',
        body: 'Line one is long: {result.text}\n.\nFrom here\n',
      },
      { size: '„42“', text: 'wörter '.repeat(40) },
    );
    const source = (
      await composeMail({ ...rest, subject, text }, { name: null, address: 'a@example.org' }, 0)
    ).toString('latin1');
    expect(source.split('\r\n').every((line) => line.length <= 998)).toBe(true);
    expect(source.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/u);
    expect(source).toContain('Date: Thu, 01 Jan 1970 00:00:00 +0000');
    const [, body = ''] = source.split('\r\n\r\n');
    const isQuoted = /quoted-printable/iu.test(source);
    const bytes = isQuoted
      ? Buffer.from(
          body
            .replaceAll(/=\r\n/gu, '')
            .replaceAll(/=([0-9A-F]{2})/gu, (_hex, code: string) =>
              String.fromCharCode(Number.parseInt(code, 16)),
            ),
          'latin1',
        )
      : Buffer.from(body, 'base64');
    expect(bytes.toString().replaceAll('\r\n', '\n').trimEnd()).toBe(text.trimEnd());
  });
});
