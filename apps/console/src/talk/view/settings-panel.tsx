import { canChooseSink } from '../audio/loudspeaker.ts';
import { useAudioDevices } from '../audio/use-audio-devices.ts';
import type { AudioDevice } from '../audio/use-audio-devices.ts';
import type { TalkSettings } from '../call/talk-settings.ts';

type Flag = 'pushToTalk' | 'echoCancellation' | 'noiseSuppression' | 'autoGainControl';

const FLAGS: readonly { readonly name: Flag; readonly label: string }[] = [
  { name: 'pushToTalk', label: 'Push to talk' },
  { name: 'echoCancellation', label: 'Cancel echo' },
  { name: 'noiseSuppression', label: 'Suppress noise' },
  { name: 'autoGainControl', label: 'Level out loudness' },
];

/** How the next call listens and sounds. */
export function SettingsPanel({
  settings,
  change,
  isLocked,
}: {
  readonly settings: TalkSettings;
  readonly change: (settings: TalkSettings) => void;
  /** A call goes on. */
  readonly isLocked: boolean;
}) {
  const { microphones, loudspeakers } = useAudioDevices(isLocked);
  return (
    <details className="talk-settings">
      <summary>Sound</summary>
      <fieldset disabled={isLocked}>
        <legend className="visually-hidden">How the next call listens and sounds</legend>
        <DeviceChoice
          label="Microphone"
          devices={microphones}
          chosen={settings.deviceId}
          choose={(deviceId) => change({ ...settings, deviceId })}
        />
        {canChooseSink() ? (
          <DeviceChoice
            label="Loudspeaker"
            devices={loudspeakers}
            chosen={settings.loudspeakerId}
            choose={(loudspeakerId) => change({ ...settings, loudspeakerId })}
          />
        ) : null}
        {FLAGS.map(({ name, label }) => (
          <label key={name} className="talk-flag">
            <input
              type="checkbox"
              checked={settings[name]}
              onChange={({ currentTarget }) =>
                change({ ...settings, [name]: currentTarget.checked })
              }
            />
            {label}
          </label>
        ))}
        {isLocked ? <p className="quiet">Can be changed between calls.</p> : null}
      </fieldset>
    </details>
  );
}

function DeviceChoice({
  label,
  devices,
  chosen,
  choose,
}: {
  readonly label: string;
  readonly devices: readonly AudioDevice[];
  readonly chosen: string | null;
  readonly choose: (id: string | null) => void;
}) {
  const isMissing = chosen !== null && devices.every(({ id }) => id !== chosen);
  return (
    <label className="talk-device">
      {label}
      <select
        className="field"
        value={chosen ?? ''}
        onChange={({ currentTarget: { value } }) => choose(value === '' ? null : value)}
      >
        <option value="">The browser’s choice</option>
        {devices.map(({ id, label: name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        {isMissing ? <option value={chosen}>The one chosen before (not there)</option> : null}
      </select>
    </label>
  );
}
