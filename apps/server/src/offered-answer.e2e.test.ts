import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MailServer } from '@antiphon/tools/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSlowAgent } from './testing/slow-agent.ts';
import { startTestServer, TEST_KEY } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';
import { TypingCaller } from './testing/typing-caller.ts';

describe('an answer that takes long, in a server by itself', () => {
  const closings: (() => unknown)[] = [];
  let mails: MailServer;
  let server: TestServer;
  let releaseFile: string;

  beforeEach(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-offer-'));
    closings.push(() => rm(folder, { recursive: true }));
    mails = await MailServer.start();
    closings.push(() => mails.close());
    const agentsDir = path.join(folder, 'agents');
    releaseFile = path.join(folder, 'release');
    await writeSlowAgent(agentsDir, { releaseFile });
    server = await startTestServer({
      agentsDir,
      defaultAgent: 'slow',
      smtpUrl: mails.url,
      smtpFrom: 'help@example.com',
    });
    closings.push(() => server.close());
  });

  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });

  /** The tool comes to its end; nothing before waits for it. */
  const release = (): Promise<void> => writeFile(releaseFile, '');

  /** Closing a server sends what is due, so that what was not sent by then never is. */
  async function deliveries(): Promise<string[][]> {
    await server.close();
    closings.pop();
    return mails.delivered.map(({ to }) => [...to]);
  }

  const delivered = (): Promise<void> =>
    new Promise((resolve) => {
      mails.onDelivered = () => resolve();
    });

  describe('has a contact on file', () => {
    it('that the client told in an update', async () => {
      const caller = await TypingCaller.open(server);
      caller.client.send({
        type: 'session.update',
        session: { type: 'realtime', antiphon: { contactEmail: 'al@example.org' } },
      });
      await caller.client.message('session.updated');
      await caller.acceptsEmail();
      await caller.hangsUp();
      const arrives = delivered();
      await release();
      await arrives;
      expect(await deliveries()).toEqual([['al@example.org']]);
      expect(JSON.stringify(caller.client.messages)).toContain('A L at example dot org');
    });

    it('that came with the secret of a browser, which is not shown it', async () => {
      const response = await fetch(`${server.url}/v1/realtime/client_secrets`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          session: { type: 'realtime', antiphon: { contactEmail: 'al@example.org' } },
        }),
      });
      const text = await response.text();
      expect(response.status).toBe(200);
      const { value } = JSON.parse(text) as { value: string };
      expect(text).not.toContain('al@example.org');
      const caller = await TypingCaller.open(server, value);
      await caller.acceptsEmail();
      expect(JSON.stringify(caller.client.messages)).not.toContain('al@example.org');
      const arrives = delivered();
      await release();
      await caller.hangsUp();
      await arrives;
      expect(await deliveries()).toEqual([['al@example.org']]);
      expect(server.logged.text).not.toContain('example.org');
    });

    it('or is offered no e-mail', async () => {
      const caller = await TypingCaller.open(server);
      caller.calls('trace');
      await caller.feed.message('tool.overdue');
      await release();
      expect(await caller.settled()).toMatchObject({ outcome: 'result' });
      await caller.hangsUp();
      expect(caller.feed.messages.map(({ type }) => type)).not.toContain('followUp.offered');
      expect(await deliveries()).toEqual([]);
    });
  });

  describe('whose caller declines the offer', () => {
    it('is spoken when it comes, and never mailed', async () => {
      const caller = await TypingCaller.open(server);
      await caller.identify();
      caller.calls('trace');
      await caller.isAsked(1);
      caller.says('no thanks');
      await caller.feed.message('followUp.declined');
      await caller.reaches('toolPending.quiet');
      await release();
      expect(await caller.settled()).toMatchObject({ outcome: 'result' });
      await caller.reaches('listening');
      const types = caller.client.messages.map(({ type, item }) =>
        type === 'conversation.item.done' ? (item as { type: string }).type : type,
      );
      const result = types.lastIndexOf('function_call_output');
      expect(result).toBeGreaterThan(0);
      expect(types.slice(result)).toContain('response.output_audio.delta');
      await caller.hangsUp();
      expect(await deliveries()).toEqual([]);
    });

    it('is given up when the caller hangs up all the same', async () => {
      const caller = await TypingCaller.open(server);
      await caller.identify();
      caller.calls('trace');
      await caller.isAsked(1);
      caller.says('no thanks');
      await caller.feed.message('followUp.declined');
      await caller.hangsUp();
      expect(await caller.settled()).toMatchObject({ outcome: 'cancelled' });
      await release();
      expect(await deliveries()).toEqual([]);
    });
  });

  describe('whose caller hangs up', () => {
    it.each([
      { rung: 'as soon as the tool runs', until: (caller: TypingCaller) => caller.started() },
      { rung: 'while the offer is open', until: (caller: TypingCaller) => caller.isAsked(1) },
      {
        rung: 'while the address is read back',
        until: async (caller: TypingCaller) => {
          await caller.isAsked(1);
          caller.says('yes please');
          await caller.isAsked(2);
        },
      },
    ])('$rung is given up, and nothing is mailed', async ({ until }) => {
      const caller = await TypingCaller.open(server);
      await caller.identify();
      caller.calls('trace');
      await until(caller);
      await caller.hangsUp();
      expect(await caller.settled()).toMatchObject({ outcome: 'cancelled' });
      await release();
      expect(await deliveries()).toEqual([]);
    });

    it.each([
      {
        rung: 'in the moment of the yes',
        until: async (caller: TypingCaller) => {
          caller.calls('trace');
          await caller.isAsked(1);
          caller.says('yes please');
          await caller.isAsked(2);
          caller.says('yes');
        },
      },
      {
        rung: 'when it was promised',
        until: (caller: TypingCaller) => caller.acceptsEmail(),
      },
      {
        rung: 'when the conversation has gone on',
        until: async (caller: TypingCaller) => {
          await caller.acceptsEmail();
          await caller.reaches('listening');
        },
      },
      {
        rung: 'when it has been mailed',
        until: async (caller: TypingCaller) => {
          await caller.acceptsEmail();
          await release();
          await caller.feed.message(({ state }) => state === 'sent');
        },
      },
    ])('$rung gets it in exactly one mail', async ({ until }) => {
      const caller = await TypingCaller.open(server);
      await caller.identify();
      const arrives = delivered();
      await until(caller);
      await caller.hangsUp();
      await release();
      await arrives;
      expect(await deliveries()).toEqual([['jo@example.com']]);
      expect(mails.delivered[0]?.source).toContain('It is in Columbus.');
    });
  });
});
