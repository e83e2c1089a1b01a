import { base64DecodedBytes, isBase64, MAX_APPEND_BYTES } from '../base64-audio.ts';
import { protocolErrors, type ProtocolFault } from '../errors.ts';
import { jsonKind, type JsonObject } from '../json-value.ts';

/**
 * What is wrong with a parsed input_audio_buffer.append, or null when nothing is. Checked by hand
 * because fifty of these arrive per second and call.
 */
export function faultOfAppend(event: JsonObject): ProtocolFault | null {
  const audio = event['audio'];
  if (typeof audio !== 'string') {
    return audio === undefined
      ? protocolErrors.missingParameter('audio')
      : protocolErrors.invalidType({
          param: 'audio',
          expected: 'a string',
          received: jsonKind(audio),
        });
  }
  if (base64DecodedBytes(audio) > MAX_APPEND_BYTES) {
    const reason = `expected at most ${MAX_APPEND_BYTES} bytes of audio in one append`;
    return protocolErrors.invalidValue({ param: 'audio', reason });
  }
  if (!isBase64(audio)) {
    const reason = 'expected base64-encoded audio in the input format of the session';
    return protocolErrors.invalidValue({ param: 'audio', reason });
  }
  return null;
}
