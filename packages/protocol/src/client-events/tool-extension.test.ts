import { describe, expect, it } from 'vitest';
import { sessionObject } from '../server-events/session-object.ts';
import { applySessionPatch, defaultSessionConfig } from '../session-defaults.ts';
import { readSessionPayload } from './session-payload.ts';

const parameters = { type: 'object', properties: { order_id: { type: 'string' } } };

const read = (antiphon: unknown, tool: object = { name: 'cancel_order', parameters }) =>
  readSessionPayload(
    { type: 'realtime', tools: [{ type: 'function', ...tool, antiphon }] },
    { dialect: 'ga' },
  );

const extensionOf = (antiphon: unknown) => {
  const payload = read(antiphon);
  if (!payload.ok) throw new Error(payload.fault.message);
  return payload.patch.tools?.[0]?.antiphon;
};

const faultOf = (antiphon: unknown, tool?: object) => {
  const payload = read(antiphon, tool);
  if (payload.ok) throw new Error(`expected a fault, read ${JSON.stringify(payload.patch)}`);
  return payload.fault;
};

const VERBAL = { confirm: 'verbal', readBack: '[Cancel order {order_id}]. Shall I?' };
const DTMF = { confirm: 'dtmf', readBack: '[Cancel order {order_id}]. Press one to go ahead.' };

describe('the antiphon member of a tool', () => {
  it.each([
    VERBAL,
    DTMF,
    { ...VERBAL, coverAfterMs: 0, timeoutMs: 600_000, covers: ['One moment.', 'Checking now.'] },
    { confirm: 'none', coverAfterMs: 600_000, deadlineMs: 8_000, covers: [] },
    {},
  ])('is read as it is written: %j', (antiphon) => {
    expect(extensionOf(antiphon)).toStrictEqual(antiphon);
  });

  it('takes null for what is left to the session', () => {
    expect(extensionOf({ confirm: null, readBack: null, covers: null, timeoutMs: 9 })).toEqual({
      timeoutMs: 9,
    });
    expect(extensionOf(null)).toBeUndefined();
  });

  it('is read inside the nested function of older clients', () => {
    const tools = [{ type: 'function', function: { name: 'a', antiphon: { timeoutMs: 5 } } }];
    expect(readSessionPayload({ type: 'realtime', tools }, { dialect: 'ga' })).toMatchObject({
      patch: { tools: [{ name: 'a', antiphon: { timeoutMs: 5 } }] },
    });
  });

  it('is shown in the session as the client sent it, and nowhere else', () => {
    const payload = read(VERBAL);
    if (!payload.ok) throw new Error(payload.fault.message);
    const defaults = defaultSessionConfig({ model: 'm' });
    const patch = { ...payload.patch, tools: [...(payload.patch.tools ?? []), { name: 'plain' }] };
    const config = applySessionPatch(defaults, patch, defaults);
    expect(sessionObject({ ...config, id: 's', expiresAt: 0 })).toMatchObject({
      tools: [
        { type: 'function', name: 'cancel_order', parameters, antiphon: VERBAL },
        { type: 'function', name: 'plain' },
      ],
    });
  });

  it.each([
    ['yes', { code: 'invalid_type', member: '', message: 'expected an object, but got a string' }],
    [
      { confirm: 'aloud' },
      { code: 'invalid_value', member: '.confirm', message: "'none', 'verbal' and 'dtmf'" },
    ],
    [
      { confirm: 'verbal' },
      { code: 'missing_required_parameter', member: '.readBack', message: 'Missing required' },
    ],
    [
      { readBack: VERBAL.readBack },
      { code: 'invalid_value', member: '.readBack', message: 'it is never said' },
    ],
    [
      { ...DTMF, readBack: '[Cancel it].' },
      { code: 'invalid_value', member: '.readBack', message: 'what to press' },
    ],
    [
      { ...VERBAL, readBack: 'Cancel it?' },
      { code: 'invalid_value', member: '.readBack', message: 'one part in brackets' },
    ],
    [
      { ...VERBAL, readBack: '[A]. [B]?' },
      { code: 'invalid_value', member: '.readBack', message: 'one part in brackets' },
    ],
    [
      { ...VERBAL, readBack: '[{order_id}]?' },
      { code: 'invalid_value', member: '.readBack', message: 'names the action' },
    ],
    [
      { ...VERBAL, readBack: '[Cancel {id}]?' },
      { code: 'invalid_value', member: '.readBack', message: 'each {name} in it' },
    ],
    [
      { ...VERBAL, readBack: `[${'x'.repeat(499)}]` },
      { code: 'invalid_value', member: '.readBack', message: 'at most 500' },
    ],
    [
      { ...VERBAL, readBack: 7 },
      { code: 'invalid_type', member: '.readBack', message: 'expected a string' },
    ],
    [
      { coverAfterMs: -1 },
      { code: 'invalid_value', member: '.coverAfterMs', message: 'at least 0' },
    ],
    [
      { coverAfterMs: 0.5 },
      { code: 'invalid_type', member: '.coverAfterMs', message: 'an integer' },
    ],
    [{ timeoutMs: 0 }, { code: 'invalid_value', member: '.timeoutMs', message: 'at least 1' }],
    [
      { timeoutMs: 600_001 },
      { code: 'invalid_value', member: '.timeoutMs', message: 'at most 600000' },
    ],
    [
      { covers: 'One moment.' },
      { code: 'invalid_type', member: '.covers', message: 'expected an array' },
    ],
    [
      { covers: ['Hm.', ' '] },
      { code: 'invalid_value', member: '.covers[1]', message: 'at most three words' },
    ],
    [
      { covers: ['Please hold the line.'] },
      { code: 'invalid_value', member: '.covers[0]', message: 'at most three words' },
    ],
    [
      { covers: Array(21).fill('Hm.') },
      { code: 'invalid_value', member: '.covers', message: 'at most 20 entries' },
    ],
    [
      { effect: 'none' },
      { code: 'unknown_parameter', member: '.effect', message: 'Unknown parameter' },
    ],
  ])('refuses %j with %j', (antiphon, { code, member, message }) => {
    const fault = faultOf(antiphon);
    expect(fault).toMatchObject({ code, param: `session.tools[0].antiphon${member}` });
    expect(fault.message).toContain(message);
  });

  it('refuses a read-back with arguments of a tool that has none, nested or not', () => {
    expect(faultOf(VERBAL, { name: 'a' })).toMatchObject({
      param: 'session.tools[0].antiphon.readBack',
    });
    const tools = [{ function: { name: 'a', antiphon: VERBAL } }];
    expect(readSessionPayload({ type: 'realtime', tools }, { dialect: 'ga' })).toMatchObject({
      fault: { param: 'session.tools[0].function.antiphon.readBack' },
    });
  });
});
