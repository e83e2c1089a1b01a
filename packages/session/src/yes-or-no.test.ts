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

describe('a clear yes', () => {
  it.each(
    lines(`
      yes
      Yes.
      YES!
      yes please
      Yes, please.
      yeah
      yeah yeah
      yeah yeah yeah
      yep
      yup
      yea
      uh yes
      um yeah
      er yes please
      oh yes
      well yes
      mm-hmm yes
      yes mm-hmm
      hm, yes
      yes yes yes
      yes sir
      yes ma'am
      yes thank you
      yes please thank you very much
      yes i do
      yes i would
      yes it is
      yes i am sure
      yes, I'm sure.
      yes im sure
      yes of course
      yes definitely
      yes absolutely
      yes exactly
      yes okay
      yes right now
      sure
      sure thing
      sure, go ahead
      okay sure
      okay go ahead
      okay, go right ahead
      ok do it
      all right go ahead
      great, go ahead
      go ahead
      go ahead please
      please go ahead
      yes go ahead thanks
      go for it
      yeah do it
      do it
      do it now
      do that please
      please do
      please do that
      okay please do
      let's do it
      lets do that
      correct
      that's correct
      thats correct
      That is right.
      that's right
      yes thats right
      yeah that's the one
      yes that one
      absolutely
      of course
      definitely
      certainly
      by all means
      i confirm
      I do
      i would
      confirmed
      proceed
      please proceed
      yes you can
      you may
      that works
      that would be great
      yes that would be great thank you
      I'd like that
      affirmative
      for sure
      you bet
      I'm positive, go ahead
      i said yes
      yes I said yes`),
  )('is heard in "%s"', (text) => {
    expect(readReply(text)).toBe('yes');
  });

  it.each([
    ['yes cancel order 4471', ASKED],
    ['yes, cancel it', ASKED],
    ['yeah cancel that', ASKED],
    ['yes cancel that order', ASKED],
    ['yes please cancel my order', ASKED],
    ['yes cancel the order for me please', ASKED],
    ['yes, order four four seven one', ASKED],
    ['yes forty four seventy one', ASKED],
    ['yes 44 71', ASKED],
    ['yes that one four four seven one', ASKED],
    ['yes for order 4471', ASKED],
    ["yes that's order 4471", ASKED],
    ['yes do cancel it', ASKED],
    ["yes let's cancel it", ASKED],
    ['Yes, uh, cancel, uh, order 4, 4, 7, 1.', ASKED],
    ['okay go ahead and cancel it', ASKED],
    ['yes i want to cancel order 4471', ASKED],
    ["yes I'd like you to cancel it", ASKED],
    ['please cancel order 4471', ASKED],
    ['yes email me', 'Shall I email you the answer?'],
    ['yes please email me the answer', 'Shall I email you the answer?'],
    ['please email me', 'Shall I email you the answer?'],
    ['yes to friday', 'Move the delivery from Monday to Friday. Shall I?'],
    ['yes from monday to friday', 'Move the delivery from Monday to Friday. Shall I?'],
    ['yes cancel orders 4471 and 5520', 'Cancel orders 4471 and 5520. Shall I?'],
    ['yes double five two oh', 'Refund order 5520. Shall I?'],
  ])('is heard in "%s", which repeats "%s"', (text, asked) => {
    expect(readReply(text, asked)).toBe('yes');
  });
});

describe('a clear no', () => {
  it.each(
    lines(`
      no
      No.
      no no no
      um no
      uh no thanks
      no thanks
      no thank you
      nope
      nah
      well no
      sorry no
      actually no
      okay no
      no please don't
      don't
      dont
      please don't
      don't do it
      don't do that
      do not cancel it
      no don't cancel order 4471
      stop
      stop stop
      please stop
      stop it
      not yet
      not now
      not now thanks
      not really
      not today
      never
      never mind
      oh never mind
      nevermind
      forget it
      leave it
      absolutely not
      of course not
      I'd rather not
      better not
      i don't want that
      i don't want you to do that
      I don't think so
      no that's okay
      no that's fine
      no that is wrong
      no that's not correct
      that's wrong
      that's not right
      no i want to change the address instead
      no it's four four seven two
      no I wouldn't
      no not that one
      negative
      not at the moment
      I've changed my mind
      that's not it
      no hold on
      wrong`),
  )('is heard in "%s"', (text) => {
    expect(readReply(text, ASKED)).toBe('no');
  });
});
