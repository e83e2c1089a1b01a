import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, readSettings } from './talk-settings.ts';

describe('the settings of a browser', () => {
  it('are read as they were kept', () => {
    const settings = { ...DEFAULT_SETTINGS, pushToTalk: true, deviceId: 'headset' };
    expect(readSettings(JSON.stringify(settings))).toStrictEqual(settings);
  });

  it.each([null, '', 'no json', '[]', '7', 'null', '{"pushToTalk":"yes","deviceId":7}'])(
    'are those by default where %s was kept, with the echo cancelled',
    (text) => {
      expect(readSettings(text)).toStrictEqual(DEFAULT_SETTINGS);
      expect(readSettings(text).echoCancellation).toBe(true);
    },
  );
});
