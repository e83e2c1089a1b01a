import { useEffect, useState } from 'react';

/** A microphone or a loudspeaker. */
export interface AudioDevice {
  readonly id: string;
  readonly label: string;
}

/** The devices that the browser tells of. */
export interface AudioDevices {
  readonly microphones: readonly AudioDevice[];
  readonly loudspeakers: readonly AudioDevice[];
}

const NONE: AudioDevices = { microphones: [], loudspeakers: [] };

/**
 * The devices, kept up to date. Browsers name none before the page has used the microphone once;
 * `revision` has them asked again.
 */
export function useAudioDevices(revision: unknown): AudioDevices {
  const [devices, setDevices] = useState(NONE);
  useEffect(() => {
    const media = navigator.mediaDevices as MediaDevices | undefined;
    if (media === undefined) return undefined;
    let isGone = false;
    const ask = (): void => {
      media.enumerateDevices().then(
        (found) => {
          if (!isGone) setDevices(devicesOf(found));
        },
        () => undefined,
      );
    };
    ask();
    media.addEventListener('devicechange', ask);
    return () => {
      isGone = true;
      media.removeEventListener('devicechange', ask);
    };
  }, [revision]);
  return devices;
}

function devicesOf(found: readonly MediaDeviceInfo[]): AudioDevices {
  const ofKind = (kind: MediaDeviceKind): readonly AudioDevice[] =>
    found
      // Without an id there is nothing to choose by, and `default` is what no choice means.
      .filter((device) => device.kind === kind && !['', 'default'].includes(device.deviceId))
      .map(({ deviceId, label }, at) => ({
        id: deviceId,
        label: label === '' ? `Device ${at + 1}` : label,
      }));
  return { microphones: ofKind('audioinput'), loudspeakers: ofKind('audiooutput') };
}
