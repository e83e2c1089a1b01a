import { describeControlChannel } from './control-channel-suite.ts';
import { ListeningChannel } from './listening-channel.ts';

describeControlChannel('listening', () => new ListeningChannel());
