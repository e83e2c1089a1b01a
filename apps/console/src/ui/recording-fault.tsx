import { Badge } from './badge.tsx';

/** Says that a recording is not whole; why, where a pointer rests on it or it is read aloud. */
export function RecordingFault({
  label,
  fault,
}: {
  readonly label: string;
  readonly fault: string;
}) {
  return (
    <Badge tone="bad" title={`the recording is incomplete: ${fault}`}>
      {label}
      <span className="visually-hidden">: {fault}</span>
    </Badge>
  );
}
