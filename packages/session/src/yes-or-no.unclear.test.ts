import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReply } from './yes-or-no.ts';

const ASKED = 'Cancel order 4471. Shall I?';

/** One phrase a line. */
function lines(text: string): string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim());
}

describe('neither yes nor no', () => {
  it.each(
    lines(`
      …
      mm-hmm
      mhm
      Mm-hmm.
      uh-huh
      uh huh
      hm
      hmm
      uh
      um
      oh
      okay
      Okay.
      ok
      okay okay
      okay right
      right
      all right
      fine
      good
      great
      perfect
      cool
      thanks
      thank you
      please
      okay please
      got it
      i see
      makes sense
      sounds good
      exactly
      it is
      I am
      that's it
      that one
      wait
      wait a minute
      hold on
      hang on
      hold on a second
      just a moment
      one moment please
      let me think
      i don't know
      not sure
      i'm not sure
      maybe
      probably
      i guess
      i guess so
      i suppose so
      i think so
      yes i think so
      yes i guess
      yes maybe
      yes?
      no?
      Yes. How long will it take?
      what
      what?
      what did you say
      did you say yes
      do you need a yes
      should i say yes
      sorry
      pardon
      can you repeat that
      yes but
      yes but not that one
      yes but only if it's free
      yes if i get my money back
      yes unless it has shipped
      yes when it arrives
      yes after friday
      yes tomorrow
      yes later
      yes and also what about shipping
      yes and also change my address
      yes and no
      yes or no
      yes no wait
      yes, no wait
      yes wait
      yes hold on
      yes stop
      yes no
      yes not
      yes don't
      yes I don't think so
      yes never mind
      no yes go ahead
      no, yes
      no go ahead
      no wait yes
      I wouldn't say yes
      i would not do that
      i didn't say yes
      my wife said yes
      he said yes do it
      they told me yes
      she says go ahead
      if i say yes what happens
      don't know
      don't worry
      no problem
      no worries
      no idea
      yeah right
      yeah no
      yeah nah
      yes the
      confirm
      please confirm
      please correct that
      please correct
      yes for
      go ahead and
      yes i want to
      yes just that
      yes only that one
      yes the other one
      yes all of them
      yes both
      yes everything
      sure about that
      are you sure
      you sure
      you do it
      do i
      can you
      why not
      can i speak to a person
      where is my package
      hello
      yes hello
      hello yes hi
      yes I have a question
      yes this is jo speaking
      yes my number is 4471
      four four seven one
      one
      yes one
      yes 4472
      correct me if I'm wrong
      do it tomorrow
      go ahead if you must
      of course i know that
      absolutely nothing
      certainly not that one you idiot
      uh-uh
      yes yes yes but i was thinking that maybe we should first look at what it costs
      i was going to say yes but then my husband came in and now i am not so sure any more
      that is right outside the door there was a parcel yes with my name on it so go ahead and look`),
  )('is heard in "%s"', (text) => {
    expect(readReply(text)).not.toBe('yes');
  });

  it.each(
    lines(`
      okay
      mm-hmm
      wait
      hold on
      maybe
      yes?
      yes no wait
      no yes go ahead
      no problem
      no idea
      don't know
      i'm not sure
      yes but not that one
      cancel`),
  )('is no refusal, either: "%s"', (text) => {
    expect(readReply(text)).toBe('other');
  });

  it.each(['', ' ', '...', '?!', '—'])('is heard where nothing is said: "%s"', (text) => {
    expect(readReply(text)).toBe('other');
  });

  it.each(
    lines(`
      sí
      si claro
      oui
      oui d'accord
      ja
      ja bitte
      ja, machen Sie das
      да
      はい
      是的
      نعم
      हाँ
      evet
      tak
      yes s'il vous plaît
      yes, ja, genau`),
  )('is heard in another language: "%s"', (text) => {
    expect(readReply(text)).toBe('other');
  });

  it.each([
    ['yes cancel order 4472', ASKED],
    ['yes four four seven two', ASKED],
    ['yes 71', ASKED],
    ['yes that one four four seven', ASKED],
    ['yes cancel order 4471 and 5520', ASKED],
    ['yes refund order 4471', ASKED],
    ['yes don\u2019t cancel order 4471', ASKED],
    ['yes cancel', 'Cancel orders 4471 and 5520. Shall I?'],
    ['yes 4471', 'Cancel orders 4471 and 5520. Shall I?'],
    ['yes 5520', 'Cancel orders 4471 and 5520. Shall I?'],
    ['yes cancel it', 'Cancel and refund order 4471. Shall I?'],
    ['yes to monday', 'Move the delivery from Monday to Friday. Shall I?'],
    ['yes move it monday', 'Move the delivery from Monday to Friday. Shall I?'],
    ['yes monday', 'Move the delivery from Monday to Friday. Shall I?'],
    ['yes send it to me', 'Send the parcel to Anna. Shall I?'],
    ['yes without a refund', 'Cancel order 4471 without a refund. Shall I?'],
    ['yes stop', 'Stop order 4471. Shall I?'],
    ['yes to', 'Move the delivery from Monday to Friday. Shall I?'],
    ['yes and', 'Cancel orders 4471 and 5520. Shall I?'],
    ['yes order 5520', 'Cancel order 4471, not order 5520. Shall I?'],
    ['yes do', ASKED],
    ['yes cancel the whole order', ASKED],
    ["let's cancel it", ASKED],
    ['shall i', ASKED],
    ['correct the address', 'Send order 4471 to the address on file. Shall I?'],
    ['confirm the order', ASKED],
    ['i would cancel it', ASKED],
    ['cancel', ASKED],
    ['cancel it', ASKED],
    ['please cancel it', ASKED],
    ['cancel order 4471', ASKED],
    ['okay order 4471', ASKED],
  ])('is heard in "%s" after "%s"', (text, asked) => {
    expect(readReply(text, asked)).not.toBe('yes');
  });

  it.each([
    'yes, cancel order 4471',
    'yes cancel it',
    'yes please cancel order four four seven one',
    'cancel order 4471',
    'go ahead and cancel it',
    'yes and cancel it too',
    'yes refund order 4472',
    'yes refund it to another card',
  ])('is heard in "%s" after a read-back of another action, a refund', (text) => {
    expect(readReply(text, "I'll refund order 4471 to your card. Shall I go ahead?")).toBe('other');
  });

  it('is heard in a repetition of a question that is not known', () => {
    expect(readReply('yes cancel order 4471')).toBe('other');
  });

  it('is heard in a text without end', () => {
    expect(readReply('yes '.repeat(25))).not.toBe('yes');
    expect(readReply('yes '.repeat(1_000_000))).toBe('other');
  });
});

describe('any words around a yes', () => {
  const STRANGE = fc.constantFrom(
    ...'no not but if never unless wait stop only instead maybe what when without before'.split(
      ' ',
    ),
  );
  const PLAIN = fc.constantFrom('yes', 'yeah', 'please', 'cancel', 'order', '4471', 'go', 'ahead');

  it('are no yes as soon as one of them does not belong to it', () => {
    fc.assert(
      fc.property(fc.array(PLAIN), STRANGE, fc.array(PLAIN), (before, strange, after) => {
        const asked = `${ASKED} ${strange}`;
        expect(readReply([...before, strange, ...after].join(' '), asked)).not.toBe('yes');
      }),
    );
  });

  it('never make it fail', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, asked) => {
        expect(['yes', 'no', 'other']).toContain(readReply(text, asked));
      }),
    );
  });
});
