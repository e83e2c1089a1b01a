import type { StorageError } from '@antiphon/storage';

/** What is wrong with a recording, in words for a console; null where nothing is. */
export function recordingFaultOf(fault: StorageError | null): string | null {
  switch (fault?.code) {
    case undefined:
      return null;
    case 'disk_full':
      return 'the disk is full';
    case 'overrun':
      return 'more came than could be held until it was written';
    case 'write_failed':
    case 'invalid_argument': {
      const { code } = (fault.cause ?? {}) as NodeJS.ErrnoException;
      return `its files cannot be written${code === undefined ? '' : ` (${code})`}`;
    }
  }
}
